import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.joni.Matcher;
import org.joni.Option;
import org.joni.Regex;

/**
 * Asks a product's own grok library: one question a line on standard input, one answer a line, as JSON, on standard output.
 *
 * <p>A question is tab-separated: {@code BANK}, the bank; or {@code MATCH}, the bank, the pattern, the definitions
 * (name=text, by commas), capture_all_matches, the texts (by commas). Names, patterns and texts are base64.
 */
public final class GrokOracle {
    private static final long PATIENCE_MS = 2000;
    private static final Consumer<String> SILENT = message -> {};

    private static volatile long deadline = Long.MAX_VALUE;

    public static void main(String[] arguments) throws Exception {
        boolean elasticsearch = arguments[0].equals("elasticsearch");
        PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        watch(Thread.currentThread());
        BufferedReader questions =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), 1 << 20);
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            String[] parts = line.split("\t", -1);
            StringBuilder answer = new StringBuilder();
            try {
                if (parts[0].equals("BANK")) {
                    write(answer, new TreeMap<>(bank(elasticsearch, parts[1])));
                } else {
                    match(elasticsearch, parts, answer);
                }
            } catch (Throwable problem) {
                Throwable cause = problem;
                while (cause instanceof InvocationTargetException && cause.getCause() != null) {
                    cause = cause.getCause();
                }
                answer.setLength(0);
                write(answer, Map.of("error", cause.getClass().getSimpleName() + ": " + cause.getMessage()));
            }
            answers.append(answer).append('\n');
            answers.flush();
        }
        System.exit(0);
    }

    private static void watch(Thread main) {
        Thread watcher = new Thread(() -> {
            while (true) {
                try {
                    Thread.sleep(100);
                } catch (InterruptedException stopped) {
                    return;
                }
                if (System.currentTimeMillis() > deadline) {
                    main.interrupt();
                }
            }
        });
        watcher.setDaemon(true);
        watcher.start();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> bank(boolean elasticsearch, String name) throws Exception {
        if (!elasticsearch) {
            return (Map<String, String>) Class.forName("org.opensearch.grok.Grok").getField("BUILTIN_PATTERNS").get(null);
        }
        Object bank = elasticsearchBank(name);
        return (Map<String, String>) bank.getClass().getMethod("bank").invoke(bank);
    }

    private static Object elasticsearchBank(String name) throws Exception {
        Class<?> builtin = Class.forName("org.elasticsearch.grok.GrokBuiltinPatterns");
        return builtin.getMethod("get", boolean.class).invoke(null, name.equals("ecs-v1"));
    }

    private static Object grok(boolean elasticsearch, String name, String pattern, Map<String, String> definitions, boolean all)
            throws Exception {
        if (elasticsearch) {
            Object bank = elasticsearchBank(name);
            bank = bank.getClass().getMethod("extendWith", Map.class).invoke(bank, definitions);
            Class<?> type = Class.forName("org.elasticsearch.grok.Grok");
            return type.getConstructor(bank.getClass(), String.class, Consumer.class).newInstance(bank, pattern, SILENT);
        }
        Map<String, String> bank = new LinkedHashMap<>(bank(false, name));
        bank.putAll(definitions);
        Class<?> type = Class.forName("org.opensearch.grok.Grok");
        for (Constructor<?> constructor : type.getConstructors()) {
            if (constructor.getParameterCount() == 5) {
                Class<?> dog = Class.forName("org.opensearch.grok.MatcherWatchdog");
                Method noop = dog.getMethod("noop");
                noop.setAccessible(true);
                return constructor.newInstance(bank, pattern, noop.invoke(null), SILENT, all);
            }
        }
        throw new IllegalStateException("no constructor with capture_all_matches");
    }

    private static void match(boolean elasticsearch, String[] parts, StringBuilder answer) throws Exception {
        Map<String, String> definitions = new LinkedHashMap<>();
        for (String definition : parts[3].isEmpty() ? new String[0] : parts[3].split(",")) {
            String[] pair = definition.split("=", 2)[0].split(":", 2);
            definitions.put(text(pair[0]), text(pair[1]));
        }
        Object grok = grok(elasticsearch, parts[1], text(parts[2]), definitions, parts[4].equals("1"));
        Field field = grok.getClass().getDeclaredField("compiledExpression");
        field.setAccessible(true);
        Regex regex = (Regex) field.get(grok);
        Method captures = grok.getClass().getMethod("captures", String.class);
        answer.append('[');
        String[] texts = parts[5].split(",", -1);
        for (int i = 0; i < texts.length; i++) {
            if (i > 0) {
                answer.append(',');
            }
            String text = text(texts[i]);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            try {
                deadline = System.currentTimeMillis() + PATIENCE_MS;
                Matcher matcher = regex.matcher(bytes);
                int begin = matcher.searchInterruptible(0, bytes.length, Option.DEFAULT);
                deadline = Long.MAX_VALUE;
                if (begin < 0) {
                    answer.append("null");
                    continue;
                }
                int from = new String(bytes, 0, matcher.getBegin(), StandardCharsets.UTF_8).length();
                int to = new String(bytes, 0, matcher.getEnd(), StandardCharsets.UTF_8).length();
                answer.append('[').append(from).append(',').append(to).append(',');
                try {
                    write(answer, captures.invoke(grok, text));
                } catch (InvocationTargetException problem) {
                    Throwable cause = problem.getCause();
                    write(answer, cause.getClass().getSimpleName() + ": " + cause.getMessage());
                }
                answer.append(']');
            } catch (InterruptedException timeout) {
                deadline = Long.MAX_VALUE;
                Thread.interrupted();
                answer.append("\"timeout\"");
            } catch (RuntimeException | StackOverflowError problem) {
                deadline = Long.MAX_VALUE;
                answer.append("\"failed\"");
            }
        }
        answer.append(']');
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static void write(StringBuilder out, Object value) {
        if (value instanceof Map<?, ?> map) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator);
                write(out, entry.getKey());
                out.append(':');
                write(out, entry.getValue());
                separator = ",";
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            String separator = "[";
            for (Object item : list) {
                out.append(separator);
                write(out, item);
                separator = ",";
            }
            out.append(list.isEmpty() ? "[]" : "]");
        } else if (value instanceof String string) {
            out.append('"');
            for (int i = 0; i < string.length(); i++) {
                char c = string.charAt(i);
                if (c >= ' ' && c < 127 && c != '"' && c != '\\') {
                    out.append(c);
                } else {
                    out.append(String.format("\\u%04x", (int) c));
                }
            }
            out.append('"');
        } else if (value == null) {
            out.append("null");
        } else {
            // The class tells an Integer from a Long and a Float from a Double.
            out.append("{\"").append(value.getClass().getSimpleName()).append("\":\"").append(value).append("\"}");
        }
    }
}

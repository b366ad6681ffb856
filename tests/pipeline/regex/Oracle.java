import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jcodings.specific.UTF8Encoding;
import org.joni.NameEntry;
import org.joni.Option;
import org.joni.Regex;
import org.joni.Region;

/**
 * Answers what java.util.regex and joni (as grok sets it up) make of patterns and texts.
 *
 * One question a line, fields apart by spaces, texts in hexadecimal UTF-8 with a dot in front; one line of answer. Offsets
 * are in code points; one inside a surrogate pair has "h" behind it.
 */
public class Oracle {
    private static final int STEPS = 3_000_000;
    private static volatile long deadline = Long.MAX_VALUE;

    /** Counts what a matcher reads, so that a hopeless match ends. */
    private record Counted(String text, int[] steps) implements CharSequence {
        public int length() { return text.length(); }

        public char charAt(int index) {
            if (++steps[0] > STEPS) {
                throw new IllegalStateException("steps");
            }
            return text.charAt(index);
        }

        public CharSequence subSequence(int start, int end) { return text.substring(start, end); }

        public String toString() { return text; }
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        Thread main = Thread.currentThread();
        Thread watch = new Thread(() -> {
            while (true) {
                try {
                    Thread.sleep(100);
                } catch (InterruptedException ignored) {
                    return;
                }
                if (System.currentTimeMillis() > deadline) {
                    deadline = Long.MAX_VALUE;
                    main.interrupt();
                }
            }
        });
        watch.setDaemon(true);
        watch.start();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] fields = line.split(" ");
            String answer;
            try {
                answer = answer(fields);
            } catch (StackOverflowError error) {
                answer = "O";
            } catch (Throwable error) {
                answer = "E " + hex(error.getClass().getSimpleName() + ": " + error.getMessage());
            }
            out.println(answer);
            if (!in.ready()) {
                out.flush();
            }
        }
        out.flush();
    }

    private static String answer(String[] fields) throws Exception {
        String pattern = text(fields[1]);
        List<String> rest = new ArrayList<>();
        for (int i = 2; i < fields.length; i++) {
            rest.add(text(fields[i]));
        }
        return switch (fields[0]) {
            case "onig" -> onig(pattern, rest);
            case "onigset" -> onigSet(pattern);
            case "java" -> java(pattern, rest);
            case "javaset" -> javaSet(pattern);
            case "split" -> split(pattern, Integer.parseInt(rest.get(0)), rest.get(1));
            case "replace" -> ". " + hex(Pattern.compile(pattern).matcher(rest.get(1)).replaceAll(rest.get(0)));
            default -> throw new IllegalArgumentException(fields[0]);
        };
    }

    private static String onig(String pattern, List<String> texts) throws Exception {
        byte[] bytes = pattern.getBytes(StandardCharsets.UTF_8);
        Regex regex = new Regex(bytes, 0, bytes.length, Option.NONE, UTF8Encoding.INSTANCE, message -> { });
        StringBuilder result = new StringBuilder("R ");
        Iterator<NameEntry> names = regex.numberOfNames() > 0 ? regex.namedBackrefIterator() : null;
        while (names != null && names.hasNext()) {
            NameEntry entry = names.next();
            for (int number : entry.getBackRefs()) {
                String name = new String(entry.name, entry.nameP, entry.nameEnd - entry.nameP, StandardCharsets.UTF_8);
                result.append(number).append('=').append(hex(name)).append(',');
            }
        }
        for (String text : texts) {
            byte[] subject = text.getBytes(StandardCharsets.UTF_8);
            org.joni.Matcher matcher = regex.matcher(subject);
            deadline = System.currentTimeMillis() + 1500;
            int found;
            try {
                found = matcher.searchInterruptible(0, subject.length, Option.DEFAULT);
            } catch (InterruptedException interrupted) {
                result.append(" T");
                continue;
            } catch (ArrayIndexOutOfBoundsException error) {
                result.append(" T");
                continue;
            } finally {
                deadline = Long.MAX_VALUE;
                Thread.interrupted();
            }
            if (found < 0) {
                result.append(" -");
                continue;
            }
            Region region = matcher.getEagerRegion();
            result.append(' ');
            for (int group = 0; group < region.getNumRegs(); group++) {
                int begin = region.getBeg(group);
                int end = region.getEnd(group);
                result.append(group == 0 ? "" : ",");
                if (begin < 0) {
                    result.append('-');
                } else {
                    result.append(points(subject, begin)).append(':').append(points(subject, end));
                }
            }
        }
        return result.toString();
    }

    private static String points(byte[] bytes, int offset) {
        int count = 0;
        for (int i = 0; i < offset; i++) {
            if ((bytes[i] & 0xC0) != 0x80) {
                count++;
            }
        }
        return offset < bytes.length && (bytes[offset] & 0xC0) == 0x80 ? count + "h" : "" + count;
    }

    private static String points(String text, int offset) {
        boolean inside = offset > 0 && offset < text.length() && Character.isLowSurrogate(text.charAt(offset))
            && Character.isHighSurrogate(text.charAt(offset - 1));
        return text.codePointCount(0, offset - (inside ? 1 : 0)) + (inside ? "h" : "");
    }

    private static String java(String source, List<String> texts) {
        Pattern pattern = Pattern.compile(source);
        StringBuilder result = new StringBuilder("R ");
        pattern.namedGroups().forEach((name, number) -> result.append(number).append('=').append(hex(name)).append(','));
        for (String text : texts) {
            StringBuilder one = new StringBuilder(" ");
            try {
                Matcher matcher = pattern.matcher(new Counted(text, new int[1]));
                boolean any = false;
                while (matcher.find()) {
                    one.append(any ? "|" : "");
                    any = true;
                    for (int group = 0; group <= matcher.groupCount(); group++) {
                        one.append(group == 0 ? "" : ",");
                        if (matcher.start(group) < 0) {
                            one.append('-');
                        } else {
                            one.append(points(text, matcher.start(group))).append(':').append(points(text, matcher.end(group)));
                        }
                    }
                }
                one.append(any ? "" : "-");
            } catch (IllegalStateException steps) {
                one = new StringBuilder(" T");
            } catch (StackOverflowError error) {
                one = new StringBuilder(" O");
            }
            result.append(one);
        }
        return result.toString();
    }

    private interface Test {
        boolean matches(int point);
    }

    private static String ranges(Test test) {
        StringBuilder result = new StringBuilder("S");
        int start = -1;
        for (int point = 0; point <= 0x110000; point++) {
            boolean in = point < 0x110000 && (point < 0xD800 || point > 0xDFFF) && test.matches(point);
            if (in && start < 0) {
                start = point;
            } else if (!in && start >= 0) {
                result.append(' ').append(Integer.toHexString(start)).append('-').append(Integer.toHexString(point - 1));
                start = -1;
            }
        }
        return result.toString();
    }

    private static String onigSet(String pattern) {
        byte[] bytes = ("\\A(?:" + pattern + ")\\z").getBytes(StandardCharsets.UTF_8);
        Regex regex = new Regex(bytes, 0, bytes.length, Option.NONE, UTF8Encoding.INSTANCE, message -> { });
        return ranges(point -> {
            byte[] subject = Character.toString(point).getBytes(StandardCharsets.UTF_8);
            return regex.matcher(subject).search(0, subject.length, Option.DEFAULT) >= 0;
        });
    }

    private static String javaSet(String source) {
        Matcher matcher = Pattern.compile(source).matcher("");
        return ranges(point -> matcher.reset(Character.toString(point)).matches());
    }

    private static String split(String pattern, int limit, String text) {
        StringBuilder result = new StringBuilder(".");
        for (String part : text.split(pattern, limit)) {
            result.append(" .").append(hex(part));
        }
        return result.toString();
    }

    private static String text(String field) {
        return new String(HexFormat.of().parseHex(field.substring(1)), StandardCharsets.UTF_8);
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}

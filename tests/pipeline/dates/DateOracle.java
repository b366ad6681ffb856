import java.io.*;
import java.lang.reflect.*;
import java.nio.charset.StandardCharsets;
import java.time.*;
import java.time.temporal.*;
import java.util.*;

/**
 * Asks a product's own date classes. One request a line, six fields parted by tabs (escaped as in Java properties):
 * zone, locale, format, current year, output format, text. One answer a line: "=" and what is printed, or "!" and the exception.
 *
 * Usage: java -cp JARS DateOracle org.elasticsearch
 */
public class DateOracle {
    static final List<ChronoField> FILLED = List.of(
        ChronoField.NANO_OF_SECOND, ChronoField.SECOND_OF_DAY, ChronoField.MINUTE_OF_DAY,
        ChronoField.HOUR_OF_DAY, ChronoField.DAY_OF_MONTH, ChronoField.MONTH_OF_YEAR);

    final boolean opensearch;
    final Method forPattern, withLocale, withZone, parse, print, from, locale;
    final Map<List<String>, Object> formatters = new HashMap<>();

    DateOracle(String product) throws Exception {
        opensearch = product.endsWith("opensearch");
        Class<?> formatter = Class.forName(product + ".common.time.DateFormatter");
        Class<?> formatters = Class.forName(product + ".common.time.DateFormatters");
        forPattern = formatter.getMethod("forPattern", String.class);
        withLocale = formatter.getMethod("withLocale", Locale.class);
        withZone = formatter.getMethod("withZone", ZoneId.class);
        parse = formatter.getMethod("parse", String.class);
        print = formatter.getMethod("format", TemporalAccessor.class);
        from = formatters.getMethod("from", TemporalAccessor.class, Locale.class, ZoneId.class);
        locale = Class.forName(product + ".common.util.LocaleUtils").getMethod("parse", String.class);
    }

    String answer(String[] asked) throws Throwable {
        try {
            ZoneId zone = asked[0].isEmpty() ? ZoneOffset.UTC : ZoneId.of(asked[0]);
            Locale where = asked[1].isEmpty() ? Locale.ROOT : (Locale) locale.invoke(null, asked[1]);
            ZonedDateTime moment = read(asked[2], zone, where, Integer.parseInt(asked[3]), asked[5]);
            Object printer = formatters.computeIfAbsent(List.of("print", asked[4]), k -> call(forPattern, null, asked[4]));
            return "=" + call(print, printer, moment);
        } catch (Exception e) {
            Throwable cause = e;
            while (cause.getCause() != null) cause = cause.getCause();
            return "!" + cause.toString().lines().findFirst().orElse("");
        }
    }

    ZonedDateTime read(String format, ZoneId zone, Locale where, int year, String text) {
        switch (format) {
            case "UNIX": return Instant.ofEpochMilli((long) (Double.parseDouble(text) * 1000.0)).atZone(zone);
            case "UNIX_MS": return Instant.ofEpochMilli(Long.parseLong(text)).atZone(zone);
            case "TAI64N": return tai(text).atZone(zone);
            case "ISO8601": return zoned(call(parse, call(forPattern, null, "iso8601"), text), Locale.ROOT, zone).withZoneSameInstant(zone);
        }
        boolean overrule = opensearch && !ZoneOffset.UTC.equals(zone);
        Object formatter = formatters.computeIfAbsent(List.of(format, where.toString(), overrule ? zone.getId() : ""), k -> {
            String pattern = !opensearch && format.startsWith("8") ? format.substring(1) : format;
            Object made = call(withLocale, call(forPattern, null, pattern), where);
            return overrule ? call(withZone, made, zone) : made;
        });
        TemporalAccessor read = (TemporalAccessor) call(parse, formatter, text);
        if (yearMissing(read, where)) {
            ZonedDateTime filled = Instant.EPOCH.atZone(ZoneOffset.UTC).withYear(year);
            for (ChronoField field : FILLED) if (read.isSupported(field)) filled = filled.with(field, read.get(field));
            read = filled.withZoneSameLocal(zone);
        }
        ZonedDateTime found = zoned(read, where, opensearch ? ZoneOffset.UTC : zone);
        return overrule ? found : found.withZoneSameInstant(zone);
    }

    boolean yearMissing(TemporalAccessor read, Locale where) {
        if (read.isSupported(ChronoField.YEAR) || read.isSupported(ChronoField.YEAR_OF_ERA)) return false;
        if (opensearch) return !read.isSupported(WeekFields.of(where).weekOfWeekBasedYear());
        return !(read.isSupported(WeekFields.ISO.weekBasedYear()) || read.isSupported(WeekFields.of(where).weekBasedYear())
            || read.isSupported(ChronoField.INSTANT_SECONDS));
    }

    ZonedDateTime zoned(Object read, Locale where, ZoneId zone) {
        return (ZonedDateTime) call(from, null, read, where, zone);
    }

    static Instant tai(String text) {
        String label = text.startsWith("@") ? text.substring(1) : text;
        long seconds = Long.parseLong(label.substring(1, 16), 16), nanos = Long.parseLong(label.substring(16, 24), 16);
        return Instant.ofEpochMilli(seconds * 1000 - 10000 + nanos / 1000000);
    }

    static Object call(Method method, Object on, Object... with) {
        try {
            return method.invoke(on, with);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new RuntimeException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    static String plain(String escaped) throws IOException {
        Properties one = new Properties();
        one.load(new StringReader("x=" + escaped));
        return one.getProperty("x");
    }

    public static void main(String[] args) throws Throwable {
        DateOracle oracle = new DateOracle(args[0]);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        for (String line; (line = in.readLine()) != null; ) {
            String[] fields = line.split("\t", -1);
            for (int i = 0; i < fields.length; i++) fields[i] = plain(fields[i]);
            String answer = oracle.answer(fields);
            StringBuilder safe = new StringBuilder();
            for (char c : answer.toCharArray()) {
                if (c < ' ' || c > '~' || c == '\\') safe.append(String.format("\\u%04x", (int) c)); else safe.append(c);
            }
            out.println(safe);
        }
    }
}

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;

/** Reads texts as hexadecimal UTF-16, one a line; answers with the parts that Java's classes find in each. */
public class UriOracle {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < line.length(); i += 4) {
                text.append((char) Integer.parseInt(line.substring(i, i + 4), 16));
            }
            System.out.println(answer(text.toString()));
        }
    }

    private static String answer(String text) {
        try {
            URI uri = new URI(text);
            return line(uri.getScheme(), uri.getUserInfo(), uri.getHost(), uri.getPort(), uri.getPath(),
                uri.getQuery(), uri.getFragment());
        } catch (URISyntaxException refused) {
            try {
                URL url = new URL(text);
                return line(url.getProtocol(), url.getUserInfo(), url.getHost(), url.getPort(), url.getPath(),
                    url.getQuery(), url.getRef());
            } catch (MalformedURLException alsoRefused) {
                return "";
            }
        }
    }

    private static String line(Object... parts) {
        StringBuilder line = new StringBuilder();
        for (Object part : parts) {
            line.append(part == null ? '-' : '+');
            for (char unit : (part == null ? "" : part.toString()).toCharArray()) {
                line.append(String.format("%04x", (int) unit));
            }
            line.append(' ');
        }
        return line.toString();
    }
}

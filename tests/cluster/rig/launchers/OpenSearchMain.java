import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;

/** Arguments: CONFIG_FOLDER key=value ... Runs one node until it is told to end, or until whoever started it is gone. */
public class OpenSearchMain {
    public static void main(String[] arguments) throws Exception {
        Map<String, String> settings = new LinkedHashMap<>();
        for (int i = 1; i < arguments.length; i++) {
            String[] pair = arguments[i].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        Thread parent = new Thread(() -> {
            try { while (System.in.read() >= 0) { } } catch (Exception ignored) { }
            Runtime.getRuntime().halt(3);
        });
        parent.setDaemon(true);
        parent.start();
        var environment = InternalSettingsPreparer.prepareEnvironment(Settings.EMPTY, settings, Path.of(arguments[0]), () -> "node-1");
        LogConfigurator.configure(environment);
        Node node = new Node(environment);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> { try { node.close(); } catch (Exception ignored) { } }));
        node.start();
        Thread.currentThread().join();
    }
}

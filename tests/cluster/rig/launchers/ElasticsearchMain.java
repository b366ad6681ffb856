import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** Arguments: CONFIG_FOLDER key=value ... Runs one node until it is told to end, or until whoever started it is gone. */
public class ElasticsearchMain {
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
        LogConfigurator.configureESLogging();
        var environment = InternalSettingsPreparer.prepareEnvironment(Settings.EMPTY, settings, Path.of(arguments[0]), () -> "node-1");
        LogConfigurator.configure(environment, true);
        var modules = PluginsLoader.loadModulesBundles(environment.modulesDir());
        Node node = new Node(environment, PluginsLoader.createPluginsLoader(modules, Set.of(), Map.of(), false));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> { try { node.close(); } catch (Exception ignored) { } }));
        node.start();
        Thread.currentThread().join();
    }
}

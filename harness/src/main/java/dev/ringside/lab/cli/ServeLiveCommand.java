package dev.ringside.lab.cli;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER;

import dev.ringside.lab.live.LiveSetting;
import dev.ringside.lab.live.LiveSettingException;
import dev.ringside.lab.live.LiveSettings;
import dev.ringside.lab.live.SettingDomain;
import dev.ringside.lab.serve.LiveServer;
import dev.ringside.machine.RealScheduler;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringside serve live}: a web page on which a run can be watched and stepped. */
@Command(
    name = "live",
    description = {
      "Serve a web page that shows a virtqueue at work: both sides of the ring, every request on"
          + " its way, and why a notification is sent or left out.",
      "In simulated time the run can be stopped, stepped event by event, and stepped back."
    },
    mixinStandardHelpOptions = true)
final class ServeLiveCommand implements Callable<Integer> {
  private static final int MAX_PORT = 65_535;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description =
          "The address to listen on. Whoever can reach it can control the run (default:"
              + " ${DEFAULT-VALUE}).")
  private String host = "";

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8410",
      description = "The port to listen on; 0 is any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Where every choice of the run comes from: same seed, same run (default: 1).")
  private @Nullable Long seed;

  @Option(
      names = "--speed",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "Events a second when the run goes; 0 is as fast as it can (default: ${DEFAULT-VALUE}).")
  private long eventsPerSecond;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "A setting of the run, as listed below; can be given several times.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Spec
  void setSpec(CommandSpec own) {
    spec = own;
    own.usageMessage().sectionMap().put(SECTION_KEY_FOOTER, new SettingList());
  }

  @Override
  public Integer call() throws Exception {
    if (port < 0 || port > MAX_PORT) {
      throw wrong("--port must be 0 to %d, not %d".formatted(MAX_PORT, port));
    }
    if (eventsPerSecond < 0) {
      throw wrong("--speed must be 0 or more, not %d".formatted(eventsPerSecond));
    }
    LiveSettings chosen = chosen();
    PrintWriter out = spec.commandLine().getOut();
    try (LiveServer server =
        new LiveServer(host, port, chosen, eventsPerSecond, new RealScheduler())) {
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "close the live view"));
      out.println("live view at %s  (Ctrl-C ends it)".formatted(server.url()));
      out.flush();
      server.await();
    }
    return 0;
  }

  private LiveSettings chosen() {
    Map<String, String> named = new LinkedHashMap<>(settings);
    if (seed != null) {
      named.put(LiveSetting.SEED.label(), seed.toString());
    }
    try {
      return LiveSettings.defaults().with(named);
    } catch (LiveSettingException contradiction) {
      throw wrong("--set: " + contradiction.getMessage());
    }
  }

  private ParameterException wrong(String what) {
    return new ParameterException(spec.commandLine(), what);
  }

  /** The list of settings at the end of the help text. */
  static final class SettingList implements IHelpSectionRenderer {
    @Override
    public String render(CommandLine.Help help) {
      CommandLine.Help.TextTable table =
          CommandLine.Help.TextTable.forColumnWidths(help.colorScheme(), 18, 62);
      for (LiveSetting setting : LiveSetting.values()) {
        table.addRowValues(
            "  " + setting.label(),
            "%s%s (default: %s)"
                .formatted(setting.description(), words(setting), setting.defaultValue()));
      }
      return "Settings:%n".formatted() + table;
    }

    private static String words(LiveSetting setting) {
      return switch (setting.domain()) {
        case SettingDomain.Words(List<String> words) -> ": " + String.join(", ", words);
        case SettingDomain.Whole _, SettingDomain.Phrase _ -> "";
      };
    }
  }
}

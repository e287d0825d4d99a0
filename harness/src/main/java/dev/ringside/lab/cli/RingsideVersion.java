package dev.ringside.lab.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Which Ringside this is, and on which Java it runs. */
final class RingsideVersion implements IVersionProvider {
  /** Maven puts it into the jar. */
  private static final String PROPERTIES = "/META-INF/maven/dev.ringside/harness/pom.properties";

  @Override
  public String[] getVersion() throws IOException {
    Properties properties = new Properties();
    try (InputStream input = RingsideVersion.class.getResourceAsStream(PROPERTIES)) {
      if (input != null) {
        properties.load(input);
      }
    }
    return new String[] {
      "ringside %s, Java %s"
          .formatted(properties.getProperty("version", "(not packaged)"), Runtime.version())
    };
  }
}

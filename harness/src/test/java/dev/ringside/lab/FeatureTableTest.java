package dev.ringside.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.DiskProfile;
import dev.ringside.blk.Endurance;
import dev.ringside.blk.VirtioBlkDevice;
import dev.ringside.blk.ZoneLayout;
import dev.ringside.machine.Bus;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.DeviceSlot;
import dev.ringside.virtio.transport.Transport;
import dev.ringside.virtio.transport.VirtioFunction;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The table of features in the README, made from the tests: a test is tagged with the features that
 * it proves, so {@code mvn test -Dgroups=BLK_ZONED} runs the proofs of one.
 */
class FeatureTableTest {
  private static final Path ROOT = Path.of(System.getProperty("ringside.root"));
  private static final Path README = ROOT.resolve("README.md");
  private static final String BEGIN = "<!-- features: made by FeatureTableTest -->\n";
  private static final String END = "<!-- end of features -->\n";
  private static final String HEAD =
      "| bit | feature | Ringside | tests that prove it |\n|---|---|---|---|\n";

  /** Why a feature of the specification is not there. */
  private static final Map<Feature, String> REASONS =
      Map.of(
          Feature.BLK_BARRIER, "legacy; a flush orders writes",
          Feature.BLK_SCSI, "legacy; a driver that sends such a request is told UNSUPP",
          Feature.NOTIFY_ON_EMPTY, "legacy; EVENT_IDX tells when to interrupt",
          Feature.SR_IOV, "the device is one PCI function, without virtual ones",
          Feature.ADMIN_VQ, "it manages a group of functions, and there is none");

  /**
   * Tags, other annotations, and the name of the method that they stand before. A feature is in
   * capitals; words in small letters are for the build, which leaves tests out by them.
   */
  private static final Pattern TAGGED =
      Pattern.compile(
          "((?:@Tag\\(\"[A-Z]\\w+\"\\)\\s+)+)(?:@\\w+(?:\\([^)]*\\))?\\s+)*[\\w<>, ]+? (\\w+)\\(");

  private static final Pattern TAG = Pattern.compile("@Tag\\(\"([A-Z]\\w+)\"\\)");

  @TempDir private Path directory;

  @Test
  void everyTagNamesAFeature() throws IOException {
    List<String> names = Arrays.stream(Feature.values()).map(Feature::name).toList();
    assertThat(tags()).isNotEmpty().isSubsetOf(names);
  }

  @Test
  void everyFeatureThatIsOfferedHasAProof() throws IOException {
    long offered = offered();
    Map<Feature, Set<String>> proofs = proofs();
    assertThat(Feature.values())
        .filteredOn(feature -> feature.isIn(offered))
        .isNotEmpty()
        .allSatisfy(feature -> assertThat(proofs.get(feature)).as(feature.name()).isNotEmpty());
  }

  @Test
  void nothingIsProvedThatIsNotOffered() throws IOException {
    long offered = offered();
    assertThat(tags().stream().map(Feature::valueOf)).allMatch(feature -> feature.isIn(offered));
  }

  @Test
  void everyFeatureThatIsMissingHasAReason() throws IOException {
    long offered = offered();
    assertThat(Arrays.stream(Feature.values()).filter(feature -> !feature.isIn(offered)))
        .containsExactlyInAnyOrderElementsOf(REASONS.keySet());
  }

  /** {@code -Dringside.write=true} writes the table instead. */
  @Test
  void theReadmeHasTheTable() throws IOException {
    String readme = Files.readString(README);
    int begin = readme.indexOf(BEGIN);
    int end = readme.indexOf(END);
    assertThat(begin).as("where the table begins").isNotNegative();
    assertThat(end).as("where the table ends").isGreaterThan(begin);
    String table = table();
    if (Boolean.getBoolean("ringside.write")) {
      Files.writeString(
          README, readme.substring(0, begin + BEGIN.length()) + table + readme.substring(end));
    } else {
      assertThat(readme.substring(begin + BEGIN.length(), end)).isEqualTo(table);
    }
  }

  private static String table() throws IOException {
    Map<Feature, Set<String>> proofs = proofs();
    return HEAD
        + Arrays.stream(Feature.values())
            .map(feature -> line(feature, proofs.get(feature)))
            .collect(Collectors.joining());
  }

  private static String line(Feature feature, Set<String> tests) {
    return "| %d | %s | %s | %s |%n"
        .formatted(
            feature.bit(),
            feature.name(),
            REASONS.containsKey(feature) ? "no: " + REASONS.get(feature) : "yes",
            tests.stream().map("`%s`"::formatted).collect(Collectors.joining(", ")));
  }

  /** What the device offers, on disks of every kind and over every transport. */
  private long offered() throws IOException {
    DiskProfile zoned = DiskProfile.DEFAULT.withZones(ZoneLayout.of(BlkZoneModel.HOST_AWARE, 16));
    DiskProfile wearing = DiskProfile.DEFAULT.withEndurance(new Endurance(1 << 20, 0));
    return offered(BlkSettings.DEFAULT, MemoryStorage.ofSectors(64))
        | offered(BlkSettings.DEFAULT.withQueues(2), MemoryStorage.ofSectors(64))
        | offered(BlkSettings.DEFAULT.withDisk(zoned), MemoryStorage.ofSectors(64))
        | offered(BlkSettings.DEFAULT.withDisk(wearing), MemoryStorage.ofSectors(64))
        | offeredReadOnly();
  }

  private long offeredReadOnly() throws IOException {
    Path image = Files.write(directory.resolve("image"), new byte[1 << 15]);
    try (Storage storage = FileStorage.openReadOnly(image)) {
      return offered(BlkSettings.DEFAULT, storage);
    }
  }

  private static long offered(BlkSettings settings, Storage storage) {
    RealScheduler scheduler = new RealScheduler();
    InterruptLine line = new WiredInterruptLine(scheduler, CostModel.ZERO);
    MessageInterrupts messages = new MessageInterrupts(scheduler, CostModel.ZERO);
    long features = 0;
    try (GuestMemory memory = GuestMemory.anonymous(1 << 20)) {
      for (Transport transport : Transport.values()) {
        VirtioFunction function =
            new DeviceSlot(memory, new Bus(), line, messages, scheduler, CostModel.ZERO)
                .plug(new VirtioBlkDevice(storage, scheduler, EventLog.OFF, settings), transport);
        features |= function.deviceFeatures(0) & 0xffff_ffffL;
        features |= (long) function.deviceFeatures(1) << Integer.SIZE;
      }
    }
    return features;
  }

  private static Set<String> tags() throws IOException {
    Set<String> tags = new TreeSet<>();
    for (Path source : testSources()) {
      TAG.matcher(Files.readString(source)).results().forEach(found -> tags.add(found.group(1)));
    }
    return tags;
  }

  private static Map<Feature, Set<String>> proofs() throws IOException {
    Map<Feature, Set<String>> proofs = new EnumMap<>(Feature.class);
    for (Feature feature : Feature.values()) {
      proofs.put(feature, new TreeSet<>());
    }
    for (Path source : testSources()) {
      String type = source.getFileName().toString().replace(".java", "");
      for (MatchResult tagged : TAGGED.matcher(Files.readString(source)).results().toList()) {
        String test = type + "." + tagged.group(2);
        TAG.matcher(tagged.group(1))
            .results()
            .forEach(tag -> proofs.get(Feature.valueOf(tag.group(1))).add(test));
      }
    }
    return proofs;
  }

  /** The tests of every module, but this one, which speaks of tags. */
  private static List<Path> testSources() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (DirectoryStream<Path> modules = Files.newDirectoryStream(ROOT)) {
      for (Path module : modules) {
        Path tests = module.resolve("src/test/java");
        if (Files.isDirectory(tests)) {
          try (Stream<Path> files = Files.walk(tests)) {
            files
                .filter(file -> file.toString().endsWith("Test.java"))
                .filter(file -> !file.endsWith("FeatureTableTest.java"))
                .forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }
}

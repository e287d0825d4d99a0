package dev.ringside.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.hostile.CatalogueRow.Facts;
import dev.ringside.hostile.Combination.Ring;
import dev.ringside.hostile.Combination.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The catalogue is complete: no row is missing, none is without an attack, and the list says so.
 */
class CatalogueTest {
  private static final int LAST_NUMBER = 74;

  /** Comes between 68 and 69. */
  private static final String INSERTED = "68a";

  private static final int INSERTED_AFTER = 68;

  private static final Path LIST =
      Path.of(System.getProperty("ringside.root"), "emulator", "hostile-inputs.md");

  private static Map<CatalogueRow, List<Attack>> attacks() {
    Map<CatalogueRow, List<Attack>> attacks = new LinkedHashMap<>();
    for (SplitRingRow row : SplitRingRow.values()) {
      attacks.put(row, SplitRingRowsTest.attacks(row));
    }
    for (PackedRingRow row : PackedRingRow.values()) {
      attacks.put(row, PackedRingRowsTest.attacks(row));
    }
    for (LifecycleRow row : LifecycleRow.values()) {
      attacks.put(row, LifecycleRowsTest.attacks(row));
    }
    for (BlkRequestRow row : BlkRequestRow.values()) {
      attacks.put(row, BlkRequestRowsTest.attacks(row));
    }
    return attacks;
  }

  @Test
  void everyNumberStandsOnceAndInOrder() {
    List<String> numbers = new ArrayList<>();
    IntStream.rangeClosed(1, LAST_NUMBER).mapToObj(Integer::toString).forEach(numbers::add);
    numbers.add(INSERTED_AFTER, INSERTED);

    assertThat(attacks().keySet().stream().map(row -> row.facts().number()))
        .containsExactlyElementsOf(numbers);
  }

  @Test
  void everyRowIsTriedWhereTheDeviceHasWhatItIsAbout() {
    assertThat(attacks())
        .allSatisfy(
            (row, attacks) -> {
              if (row.facts().scope().combinations().stream().anyMatch(Combination::available)) {
                assertThat(attacks).as(row.facts().toString()).isNotEmpty();
              }
              assertThat(row.facts().scope().reason().isEmpty())
                  .as("a reason for what is left out of %s", row)
                  .isEqualTo(
                      row.facts().scope().combinations().size() == Combination.values().length);
            });
  }

  @Test
  void everyAttackHasAName() {
    assertThat(attacks())
        .allSatisfy(
            (row, attacks) -> assertThat(attacks).extracting(Attack::name).doesNotHaveDuplicates());
  }

  /** {@code -Dringside.write=true} writes the list instead. */
  @Test
  void theListSaysWhatIsTriedWhere() throws IOException {
    if (Boolean.getBoolean("ringside.write")) {
      Files.writeString(LIST, list());
    }
    assertThat(LIST).hasContent(list());
  }

  private static String list() {
    Map<CatalogueRow, List<Attack>> attacks = attacks();
    String rows =
        attacks.entrySet().stream()
            .map(entry -> line(entry.getKey().facts(), entry.getValue().size()))
            .collect(Collectors.joining());
    return """
    # Hostile inputs

    What a guest can do wrong, what the device owes it, and where that is tried. Each row is a test by the same number;
    its attacks run on every combination that is marked, with requests processed by the queue's task and by workers. The
    tests write this list: `mvn -pl emulator test -Dtest=CatalogueTest -Dringside.write=true`.

    | # | input | virtio 1.4 | response | split, MMIO | packed, MMIO | split, PCI | packed, PCI | attacks | left out because |
    |---|---|---|---|---|---|---|---|---|---|
    """
        + rows;
  }

  private static String line(Facts facts, int attacks) {
    String marks =
        Stream.of(Transport.values())
            .flatMap(
                transport ->
                    Stream.of(Ring.values()).map(ring -> mark(facts.scope(), ring, transport)))
            .collect(Collectors.joining(" | "));
    return "| %s | %s | %s | %s | %s | %d | %s |%n"
        .formatted(
            facts.number(),
            facts.input(),
            facts.section(),
            facts.response(),
            marks,
            attacks,
            facts.scope().reason());
  }

  private static String mark(Scope scope, Ring ring, Transport transport) {
    return Arrays.stream(Combination.values())
            .anyMatch(
                one -> one.ring() == ring && one.transport() == transport && scope.covers(one))
        ? "x"
        : "";
  }
}

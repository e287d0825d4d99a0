package dev.ringside.hostile;

import static dev.ringside.hostile.Scope.ALL;
import static dev.ringside.hostile.Scope.mmio;
import static dev.ringside.hostile.Scope.pci;

/** Rows 34 to 51: status, features, registers and transports. */
enum LifecycleRow implements CatalogueRow {
  BAD_FEATURES(
      "34", "features that were not offered, or a bad subset", "2.2.2", "FEATURES_OK reads 0", ALL),
  FEATURES_CHANGED_LATE("35", "features changed after FEATURES_OK", "2.2.1", "ignored", ALL),
  STATUS_OUT_OF_ORDER(
      "36",
      "FEATURES_OK left out, DRIVER_OK twice, bits cleared, FAILED",
      "2.1.1",
      "only 0 resets",
      ALL),
  RESET_WITH_IO_IN_FLIGHT(
      "37",
      "reset with requests in flight",
      "2.4.2",
      "0 is read when memory is left alone; no notification later",
      ALL),
  QUEUE_RESET(
      "38",
      "queue reset idle, in flight, twice, without the feature, with a new size",
      "2.6.1",
      "the queue is disabled, and can be enabled again",
      ALL),
  INITIALIZED_TWICE("39", "initialized again without a reset", "3.1.1", "ignored", ALL),
  KICKS_WHILE_BROKEN("40", "kicks while a reset is needed", "2.1.2", "ignored until reset", ALL),
  CONFIG_GENERATION(
      "41", "configuration read while it changes", "2.5.2", "the generation changes", ALL),
  REGISTER_WIDTH(
      "42",
      "control registers 8, 16, 64 bits wide or unaligned",
      "4.2.2.2",
      "ignored, reads 0",
      mmio("PCI registers have widths of their own, see row 50")),
  UNKNOWN_REGISTERS(
      "43",
      "unknown offsets, writes to read-only, reads of write-only registers",
      "4.2.2",
      "ignored, reads 0",
      mmio("PCI structures have no such registers, see row 50")),
  SELECTORS_OUT_OF_RANGE(
      "44", "feature word or queue selected that is not there", "4.2.2", "reads 0", ALL),
  ENABLE_IS_NO_BOOLEAN("45", "queue enabled with neither 0 nor 1", "4.2.2.1", "ignored", ALL),
  ABSENT_SHARED_MEMORY(
      "46",
      "shared memory region that is not there",
      "4.2.2",
      "length and base read -1",
      mmio("PCI regions are capabilities: an absent one is not listed")),
  PCI_CFG_WINDOW(
      "47",
      "PCI_CFG window with a bad bar, offset or length",
      "4.1.4.9",
      "ignored, never out of bounds",
      pci("only PCI has the window")),
  MSIX_VECTOR(
      "48",
      "MSI-X vector that is not there",
      "4.1.5.1.2.2",
      "reads back 0xffff",
      pci("only PCI has vectors")),
  PCI_FUNCTION_DISTURBED(
      "49",
      "BAR moved, function level reset, bus master off, with requests in flight",
      "4.1",
      "no access to memory afterwards",
      pci("only PCI has these")),
  CONFIG_WIDTH(
      "50", "configuration space in the wrong width", "4.2.2.2", "in bounds, any value", ALL),
  SUSPEND("51", "SUSPEND with requests in flight", "2.1.2", "suspended, or needs reset", ALL);

  @SuppressWarnings("ImmutableEnumChecker") // a record of strings and an enum
  private final Facts facts;

  LifecycleRow(String number, String input, String section, String response, Scope scope) {
    facts = new Facts(number, input, section, response, scope);
  }

  @Override
  public Facts facts() {
    return facts;
  }
}

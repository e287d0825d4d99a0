package dev.ringside.blk;

import static dev.ringside.virtio.spec.BlkZoneState.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.machine.RandomStreams;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.BlkZoneState;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The zone state machine (virtio 1.4, section 5.2.6), without a device around it. */
class ZoneTableTest {
  private static final int ZONE = 64;
  private static final int SECTORS = 8 * ZONE - 16;
  private static final int OK = BlkStatus.OK;
  private static final int INVALID = BlkStatus.ZONE_INVALID_CMD;
  private static final int UNALIGNED = BlkStatus.ZONE_UNALIGNED_WP;

  private static final ZoneLayout LAYOUT =
      ZoneLayout.of(BlkZoneModel.HOST_MANAGED, ZONE).withCapacity(48).withConventionalZones(1);

  /** A zone 1 in any state, with data unless it is empty. */
  private static ZoneTable inState(ZoneLayout layout, BlkZoneState state) {
    ZoneTable zones = new ZoneTable(layout, SECTORS);
    switch (state) {
      case NO_WRITE_POINTER -> throw new IllegalArgumentException("not for a sequential zone");
      case EMPTY -> {}
      case IMPLICITLY_OPEN -> zones.beginWrite(ZONE, 8);
      case EXPLICITLY_OPEN -> {
        zones.beginWrite(ZONE, 8);
        zones.openExplicitly(1);
      }
      case CLOSED -> {
        zones.beginWrite(ZONE, 8);
        zones.close(1);
      }
      case FULL -> zones.beginWrite(ZONE, 48);
      case READ_ONLY, OFFLINE -> {
        zones.beginWrite(ZONE, 8);
        zones.degrade(1, state);
      }
    }
    assertThat(zones.state(1)).isEqualTo(state);
    return zones;
  }

  /** Every command in every state: the status, and the state after it. */
  @ParameterizedTest
  @CsvSource({
    // state,        open, close, finish, reset, write
    "EMPTY,           0 EXPLICITLY_OPEN, 3 EMPTY,  0 FULL, 0 EMPTY, 0 IMPLICITLY_OPEN",
    "IMPLICITLY_OPEN, 0 EXPLICITLY_OPEN, 0 CLOSED, 0 FULL, 0 EMPTY, 0 IMPLICITLY_OPEN",
    "EXPLICITLY_OPEN, 0 EXPLICITLY_OPEN, 0 CLOSED, 0 FULL, 0 EMPTY, 0 EXPLICITLY_OPEN",
    "CLOSED,          0 EXPLICITLY_OPEN, 0 CLOSED, 0 FULL, 0 EMPTY, 0 IMPLICITLY_OPEN",
    "FULL,            3 FULL,            3 FULL,   0 FULL, 0 EMPTY, 3 FULL",
    "READ_ONLY,       3 READ_ONLY,       3 READ_ONLY, 3 READ_ONLY, 3 READ_ONLY, 3 READ_ONLY",
    "OFFLINE,         3 OFFLINE,         3 OFFLINE, 3 OFFLINE, 3 OFFLINE, 3 OFFLINE"
  })
  void answersEveryCommandInEveryState(
      BlkZoneState from, String open, String close, String finish, String reset, String write) {
    ZoneTable zones = inState(LAYOUT, from);
    assertThat(zones.openExplicitly(1) + " " + zones.state(1)).isEqualTo(open);
    zones = inState(LAYOUT, from);
    assertThat(zones.close(1) + " " + zones.state(1)).isEqualTo(close);
    zones = inState(LAYOUT, from);
    assertThat(zones.finish(1) + " " + zones.state(1)).isEqualTo(finish);
    zones = inState(LAYOUT, from);
    assertThat(zones.reset(1) + " " + zones.state(1)).isEqualTo(reset);
    zones = inState(LAYOUT, from);
    long next = from == EMPTY ? ZONE : ZONE + 8;
    assertThat(zones.beginWrite(next, 8) + " " + zones.state(1)).isEqualTo(write);
  }

  @Test
  void closesAnOpenZoneWithoutDataToEmpty() {
    ZoneTable zones = new ZoneTable(LAYOUT, SECTORS);
    zones.openExplicitly(2);

    assertThat(zones.close(2)).isEqualTo(OK);
    assertThat(zones.state(2)).isEqualTo(EMPTY);
    assertThat(zones.activeZones()).isZero();
  }

  @Test
  void fillsAZoneUpToItsCapacity() {
    ZoneTable zones = new ZoneTable(LAYOUT, SECTORS);

    assertThat(zones.beginWrite(ZONE, 40)).isEqualTo(OK);
    assertThat(zones.beginWrite(ZONE + 40, 9)).isEqualTo(INVALID);
    assertThat(zones.beginWrite(ZONE + 40, 8)).isEqualTo(OK);
    assertThat(zones.state(1)).isEqualTo(FULL);
    assertThat(zones.openZones()).isZero();
    // The last zone is smaller than its capacity would be: 48 sectors of 64 less 16.
    assertThat(zones.beginWrite(7L * ZONE, 48)).isEqualTo(OK);
    assertThat(zones.state(7)).isEqualTo(FULL);
  }

  @ParameterizedTest
  @CsvSource({
    "64, 8, 0", // at the write pointer
    "65, 8, 4", // after it
    "64, 3, 4", // ends off the granularity
    "64, 0, 0", // nothing
    "64, 65, 3", // into the next zone
    "60, 8, 3", // from a conventional zone into it
    "0, 64, 0", // a conventional zone
    "13, 1, 0" // and anywhere in it
  })
  void checksWhereAWriteGoes(long sector, long count, int status) {
    ZoneTable zones = new ZoneTable(LAYOUT.withWriteGranularity(4096), SECTORS);

    assertThat(zones.beginWrite(sector, count)).isEqualTo(status);
    if (status != OK || count == 0) {
      assertThat(zones.activeZones()).isZero();
    }
  }

  @Test
  void refusesARewrite() {
    ZoneTable zones = inState(LAYOUT, IMPLICITLY_OPEN);

    assertThat(zones.beginWrite(ZONE, 8)).isEqualTo(UNALIGNED);
  }

  @Test
  void appendsAtTheWritePointer() {
    ZoneTable zones = new ZoneTable(LAYOUT.withMaxAppend(16), SECTORS);

    assertThat(zones.beginAppend(ZONE, 8)).isEqualTo(ZONE);
    assertThat(zones.beginAppend(ZONE, 16)).isEqualTo(ZONE + 8);
    assertThat(zones.beginAppend(ZONE, 17)).isEqualTo(-INVALID);
    assertThat(zones.beginAppend(ZONE + 8, 8)).isEqualTo(-INVALID);
    assertThat(zones.beginAppend(0, 8)).isEqualTo(-INVALID);
    assertThat(zones.beginAppend(SECTORS, 8)).isEqualTo(-INVALID);
    assertThat(zones.beginAppend(-1, 8)).isEqualTo(-INVALID);
    assertThat(new ZoneTable(LAYOUT.withMaxAppend(0), SECTORS).beginAppend(ZONE, 8))
        .isEqualTo(-BlkStatus.UNSUPP);
    assertThat(inState(LAYOUT, FULL).beginAppend(ZONE, 8)).isEqualTo(-INVALID);
  }

  @Test
  void readsWithinOneSequentialZone() {
    ZoneTable zones = inState(LAYOUT, IMPLICITLY_OPEN);

    assertThat(zones.checkRead(ZONE, ZONE)).isEqualTo(OK);
    assertThat(zones.checkRead(ZONE + 1, ZONE)).isEqualTo(INVALID);
    assertThat(zones.checkRead(ZONE - 1, 2)).isEqualTo(INVALID);
    assertThat(zones.checkRead(SECTORS, 0)).isEqualTo(OK);
    assertThat(zones.written(ZONE, ZONE)).isEqualTo(8);
    assertThat(zones.written(ZONE + 20, 4)).isZero();
    assertThat(zones.written(0, 64)).isEqualTo(64);
    assertThat(inState(LAYOUT, OFFLINE).checkRead(ZONE, 1)).isEqualTo(INVALID);
    ZoneTable readOnly = inState(LAYOUT, READ_ONLY);
    assertThat(readOnly.checkRead(ZONE, 1)).isEqualTo(OK);
    assertThat(readOnly.written(ZONE, 16)).isEqualTo(8);
  }

  @Test
  void closesAnImplicitlyOpenZoneToMakeRoom() {
    ZoneTable zones = new ZoneTable(LAYOUT.withLimits(2, 0), SECTORS);
    zones.beginWrite(3L * ZONE, 8);
    zones.beginWrite(2L * ZONE, 8);

    assertThat(zones.beginWrite(4L * ZONE, 8)).isEqualTo(OK);
    assertThat(zones.state(3)).isEqualTo(CLOSED);
    assertThat(zones.state(2)).isEqualTo(IMPLICITLY_OPEN);
    assertThat(zones.openExplicitly(5)).isEqualTo(OK);
    assertThat(zones.openExplicitly(6)).isEqualTo(OK);
    // Now both are open for good.
    assertThat(zones.beginWrite(ZONE, 8)).isEqualTo(BlkStatus.ZONE_OPEN_RESOURCE);
    assertThat(zones.openExplicitly(1)).isEqualTo(BlkStatus.ZONE_OPEN_RESOURCE);
    assertThat(zones.beginAppend(ZONE, 8)).isEqualTo(-BlkStatus.ZONE_OPEN_RESOURCE);
    assertThat(zones.state(1)).isEqualTo(EMPTY);
    assertThat(zones.openZones()).isEqualTo(2);
  }

  @Test
  void saysWhichLimitIsReached() {
    ZoneTable zones = new ZoneTable(LAYOUT.withLimits(1, 2), SECTORS);
    zones.openExplicitly(1);
    assertThat(zones.openExplicitly(2)).isEqualTo(BlkStatus.ZONE_OPEN_RESOURCE);
    zones.beginWrite(ZONE, 8);
    zones.close(1);
    zones.openExplicitly(2);

    // Both limits are reached: the active one is named.
    assertThat(zones.openExplicitly(3)).isEqualTo(BlkStatus.ZONE_ACTIVE_RESOURCE);
    assertThat(zones.beginWrite(3L * ZONE, 8)).isEqualTo(BlkStatus.ZONE_ACTIVE_RESOURCE);
    assertThat(zones.openExplicitly(1)).isEqualTo(BlkStatus.ZONE_OPEN_RESOURCE);
    // A zone that is full takes nothing.
    assertThat(zones.finish(3)).isEqualTo(OK);
    assertThat(zones.finish(1)).isEqualTo(OK);
    assertThat(zones.activeZones()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(BlkZoneModel.class)
  void leavesConventionalZonesAlone(BlkZoneModel model) {
    ZoneTable zones = new ZoneTable(ZoneLayout.of(model, ZONE).withConventionalZones(8), SECTORS);

    assertThat(zones.openExplicitly(0)).isEqualTo(INVALID);
    assertThat(zones.close(0)).isEqualTo(INVALID);
    assertThat(zones.finish(0)).isEqualTo(INVALID);
    assertThat(zones.reset(0)).isEqualTo(INVALID);
    assertThat(zones.beginWrite(30, 100)).isEqualTo(OK);
    assertThat(zones.state(0)).isEqualTo(NO_WRITE_POINTER);
  }

  @Test
  void letsAHostAwareZoneBeWrittenAnywhere() {
    ZoneTable zones = new ZoneTable(ZoneLayout.of(BlkZoneModel.HOST_AWARE, ZONE), SECTORS);

    assertThat(zones.beginWrite(40, 48)).isEqualTo(OK);
    assertThat(zones.state(0)).isEqualTo(FULL);
    assertThat(zones.state(1)).isEqualTo(IMPLICITLY_OPEN);
    assertThat(zones.beginWrite(3, 5)).isEqualTo(OK);
    assertThat(zones.beginWrite(ZONE + 3, 5)).isEqualTo(OK);
    assertThat(zones.beginAppend(2L * ZONE, 5)).isEqualTo(-INVALID);
    assertThat(zones.checkRead(ZONE - 1, 3)).isEqualTo(OK);
    assertThat(zones.written(ZONE + 50, 4)).isEqualTo(4);
  }

  @Test
  void neverRefusesADriverThatDoesNotKnowOfZones() {
    ZoneTable zones =
        new ZoneTable(ZoneLayout.of(BlkZoneModel.HOST_AWARE, ZONE).withLimits(1, 1), SECTORS);
    zones.openExplicitly(0);

    zones.noteWrite(ZONE + 7, 3);
    zones.noteWrite(ZONE + 7, 0);

    assertThat(zones.state(1)).isEqualTo(FULL);
    assertThat(zones.activeZones()).isEqualTo(1);
  }

  @Test
  void letsOnlySequentialZonesFailAndOfflineOnesStay() {
    ZoneTable zones = inState(LAYOUT, READ_ONLY);
    zones.degrade(1, OFFLINE);

    assertThatThrownBy(() -> zones.degrade(1, READ_ONLY)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> zones.degrade(0, OFFLINE)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> zones.degrade(2, EMPTY)).isInstanceOf(IllegalArgumentException.class);
    assertThat(zones.openZones()).isZero();
    assertThat(zones.activeZones()).isZero();
  }

  /** Whatever happens, the counts are those of the states and within the limits. */
  @Test
  void keepsItsAccounts() {
    long seed = 17;
    RandomGenerator random = new RandomStreams(seed).stream("zones");
    ZoneTable zones = new ZoneTable(LAYOUT.withLimits(2, 4), SECTORS);
    for (int step = 0; step < 20_000; step++) {
      int zone = 1 + random.nextInt(zones.count() - 1);
      switch (random.nextInt(6)) {
        case 0 -> zones.openExplicitly(zone);
        case 1 -> zones.close(zone);
        case 2 -> zones.finish(zone);
        case 3 -> zones.reset(zone);
        case 4 -> zones.beginWrite(zones.start(zone), 4);
        default -> zones.beginAppend(zones.start(zone), 1 + random.nextInt(20));
      }
      int open = 0;
      int active = 0;
      for (int i = 0; i < zones.count(); i++) {
        open += zones.state(i).isOpen() ? 1 : 0;
        active += zones.state(i).isActive() ? 1 : 0;
      }
      assertThat(zones.openZones()).as("step %d of seed %d", step, seed).isEqualTo(open);
      assertThat(zones.activeZones()).isEqualTo(active);
      assertThat(open).isLessThanOrEqualTo(2);
      assertThat(active).isLessThanOrEqualTo(4);
    }
  }
}

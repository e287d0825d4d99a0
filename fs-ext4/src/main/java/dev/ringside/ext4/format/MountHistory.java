package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.putU16;
import static dev.ringside.ext4.format.LittleEndian.putU32;
import static dev.ringside.ext4.format.LittleEndian.u16;
import static dev.ringside.ext4.format.LittleEndian.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * What a superblock says of how its filesystem was used: mounts, writes, and damage that was met.
 */
public final class MountHistory {
  private static final int S_MTIME = 0x2c;
  private static final int S_WTIME = 0x30;
  private static final int S_MNT_COUNT = 0x34;
  private static final int S_STATE = 0x3a;
  private static final int S_ERROR_COUNT = 0x194;
  private static final int S_FIRST_ERROR_TIME = 0x198;
  private static final int S_FIRST_ERROR_FUNC = 0x1a8;
  private static final int S_LAST_ERROR_TIME = 0x1cc;
  private static final int S_LAST_ERROR_FUNC = 0x1e0;
  private static final int S_WTIME_HI = 0x274;
  private static final int S_MTIME_HI = 0x275;
  private static final int S_FIRST_ERROR_TIME_HI = 0x278;
  private static final int S_LAST_ERROR_TIME_HI = 0x279;
  private static final int ERROR_FUNC_LENGTH = 32;
  private static final int STATE_VALID = 0x1;
  private static final int STATE_ERRORS = 0x2;

  private final MemorySegment bytes;

  /**
   * The history that a superblock tells.
   *
   * @param bytes of the superblock, which change here
   */
  MountHistory(MemorySegment bytes) {
    this.bytes = bytes;
  }

  /** Whether it was unmounted; with a journal that is said of the last mount without it. */
  public boolean isValid() {
    return (u16(bytes, S_STATE) & STATE_VALID) != 0;
  }

  /** Says whether it is unmounted, for filesystems without a journal. */
  public void setValid(boolean valid) {
    int state = u16(bytes, S_STATE);
    putU16(bytes, S_STATE, valid ? state | STATE_VALID : state & ~STATE_VALID);
  }

  /** Whether damage was met that nobody has repaired. */
  public boolean hasErrors() {
    return (u16(bytes, S_STATE) & STATE_ERRORS) != 0;
  }

  /** Counts a mount that writes. */
  public void recordMount(Instant time) {
    putU16(bytes, S_MNT_COUNT, Math.min(u16(bytes, S_MNT_COUNT) + 1, 0x7fff));
    setWideTime(time, S_MTIME, S_MTIME_HI);
    recordWrite(time);
  }

  /** Notes when the superblock was last written. */
  public void recordWrite(Instant time) {
    setWideTime(time, S_WTIME, S_WTIME_HI);
  }

  /** Notes that damage was met: a check is due before anybody should write again. */
  public void recordError(Instant time, String place) {
    putU16(bytes, S_STATE, u16(bytes, S_STATE) | STATE_ERRORS);
    if (u32(bytes, S_ERROR_COUNT) == 0) {
      setWideTime(time, S_FIRST_ERROR_TIME, S_FIRST_ERROR_TIME_HI);
      setErrorPlace(place, S_FIRST_ERROR_FUNC);
    }
    setWideTime(time, S_LAST_ERROR_TIME, S_LAST_ERROR_TIME_HI);
    setErrorPlace(place, S_LAST_ERROR_FUNC);
    putU32(bytes, S_ERROR_COUNT, u32(bytes, S_ERROR_COUNT) + 1);
  }

  private void setErrorPlace(String place, int offset) {
    byte[] text = place.getBytes(StandardCharsets.US_ASCII);
    MemorySegment field = bytes.asSlice(offset, ERROR_FUNC_LENGTH).fill((byte) 0);
    MemorySegment.copy(
        MemorySegment.ofArray(text), 0, field, 0, Math.min(text.length, ERROR_FUNC_LENGTH - 1));
  }

  private void setWideTime(Instant time, int offset, int highOffset) {
    putU32(bytes, offset, time.getEpochSecond());
    bytes.set(ValueLayout.JAVA_BYTE, highOffset, (byte) (time.getEpochSecond() >>> Integer.SIZE));
  }
}

package dev.ringside.virtio.vfio;

import dev.ringside.virtio.spec.VfioUserCommand;
import java.lang.foreign.MemorySegment;

/**
 * One access to the client's memory that this side asked for. {@link VfioConnection}'s lock guards
 * its state.
 */
final class DmaRequest {
  private final int command;
  private final long address;
  private final MemorySegment data;
  private State state = State.WAITING;

  private enum State {
    WAITING,
    DONE,
    FAILED
  }

  /**
   * A request that waits for its answer.
   *
   * @param command DMA_READ or DMA_WRITE
   * @param data where what is read goes, or what is written comes from
   */
  DmaRequest(int command, long address, MemorySegment data) {
    this.command = command;
    this.address = address;
    this.data = data;
  }

  int command() {
    return command;
  }

  long address() {
    return address;
  }

  MemorySegment data() {
    return data;
  }

  boolean isRead() {
    return command == VfioUserCommand.DMA_READ;
  }

  boolean isWaiting() {
    return state == State.WAITING;
  }

  boolean isDone() {
    return state == State.DONE;
  }

  void finish(boolean well) {
    state = well ? State.DONE : State.FAILED;
  }
}

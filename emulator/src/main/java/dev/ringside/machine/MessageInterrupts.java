package dev.ringside.machine;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The part of a PC's interrupt controller that takes message-signalled interrupts: a 32-bit write
 * into its window runs the handler that the written data name. A driver connects a handler for
 * every message and tells the device which message to send; the handler runs on the sender's task.
 *
 * <p>A message costs {@link Cost#INTERRUPT}, the injection, charged to whoever sends it. A write
 * that names no handler does nothing.
 */
public final class MessageInterrupts implements RegisterWindow {
  /** Where the window lies, as on a PC. */
  public static final long BASE = 0xfee0_0000L;

  /** Size of the window in bytes. */
  public static final long SIZE = 1L << 20;

  private final Scheduler scheduler;
  private final long injectionNs;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Runnable[] handlers = {};

  /** A controller to which no handler is connected. */
  public MessageInterrupts(Scheduler scheduler, CostModel costs) {
    this.scheduler = scheduler;
    this.injectionNs = costs.of(Cost.INTERRUPT);
  }

  /**
   * A message.
   *
   * @param address where to write it
   * @param data what to write
   */
  public record Message(long address, int data) {}

  /** Connects a handler; says which message runs it. */
  public Message connect(Runnable handler) {
    lock.lock();
    try {
      int number = handlers.length;
      Runnable[] next = Arrays.copyOf(handlers, number + 1);
      next[number] = handler;
      handlers = next;
      return new Message(BASE, number);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A device sends a message. One to an address outside the window reaches nobody: a device cannot
   * write to another device's registers, or to its own.
   */
  public void send(long address, int data) {
    long offset = address - BASE;
    if (offset >= 0 && offset < SIZE) {
      write(offset, Integer.BYTES, data);
    }
  }

  @Override
  public long read(long offset, int width) {
    return 0;
  }

  @Override
  public void write(long offset, int width, long value) {
    Runnable[] connected = handlers;
    int number = (int) value;
    if (width == Integer.BYTES && number >= 0 && number < connected.length) {
      scheduler.spend(injectionNs);
      connected[number].run();
    }
  }
}

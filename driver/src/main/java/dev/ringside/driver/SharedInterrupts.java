package dev.ringside.driver;

import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Task;
import dev.ringside.virtio.spec.MmioRegister;
import java.util.Arrays;

/**
 * The handler of a line that several queues share: it asks the device why the line was raised, and
 * wakes whoever waits for a queue. Which queue it was the device does not say, so all are woken,
 * and each of them counts the interrupt.
 */
final class SharedInterrupts implements Interrupts, Runnable, AutoCloseable {
  private final DeviceRegisters registers;
  private final InterruptLine line;
  private final QueueInterrupt[] queues;
  private final Task task;
  private volatile boolean closed;

  /** Starts the handler, as a task of its own. */
  @SuppressWarnings("this-escape") // the task is the last thing that is made
  SharedInterrupts(DeviceRegisters registers, Scheduler scheduler, int queueCount) {
    this.registers = registers;
    this.line = registers.line(0);
    this.queues = new QueueInterrupt[queueCount];
    Arrays.setAll(queues, i -> new QueueInterrupt(scheduler));
    this.task = scheduler.start("disk-interrupts", this);
  }

  @Override
  public void run() {
    while (!closed) {
      line.await();
      int reasons = registers.acknowledgeInterrupt(0);
      for (QueueInterrupt queue : queues) {
        if ((reasons & MmioRegister.INTERRUPT_CONFIG) != 0) {
          queue.configChanged();
        }
        if ((reasons & MmioRegister.INTERRUPT_USED) != 0) {
          queue.raise();
        }
      }
    }
  }

  @Override
  public InterruptLine line(int queue) {
    return queues[queue];
  }

  @Override
  public int acknowledgeInterrupt(int queue) {
    return queues[queue].takeReasons();
  }

  @Override
  public void wake(int queue) {
    queues[queue].configChanged();
  }

  /** Ends the handler. */
  @Override
  public void close() {
    closed = true;
    line.raise();
    task.join();
  }
}

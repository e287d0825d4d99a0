package dev.ringside.driver.testing;

import dev.ringside.machine.Bus;
import dev.ringside.machine.RegisterWindow;

/** All registers of a machine whose devices are replaced under it. */
final class ReplaceableBus implements RegisterWindow {
  private volatile Bus shown = new Bus();

  void show(Bus bus) {
    shown = bus;
  }

  Bus shown() {
    return shown;
  }

  @Override
  public long read(long offset, int width) {
    return shown.read(offset, width);
  }

  @Override
  public void write(long offset, int width, long value) {
    shown.write(offset, width, value);
  }
}

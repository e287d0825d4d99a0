package dev.ringside.driver.vfio;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.VirtioBlkDevice;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.posix.UnixSocket;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.transport.MmioPciFunction;
import dev.ringside.virtio.transport.PciFunction;
import dev.ringside.virtio.transport.PciTransport;
import dev.ringside.virtio.transport.Transport;
import dev.ringside.virtio.vfio.VfioMachine;
import dev.ringside.virtio.vfio.VfioSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** A disk served to one client, in a task of its own; {@link #client} is the client's end. */
final class ServedFunction implements AutoCloseable {
  private final VfioSession session;
  private final UnixSocket client;
  private final Thread server;
  private volatile @Nullable Exception end;

  ServedFunction(Storage storage, Transport transport, BlkSettings settings) {
    try {
      UnixSocket.Pair pair = UnixSocket.pair();
      client = pair.second();
      session =
          new VfioSession(
              pair.first(),
              new RealScheduler(),
              machine -> function(machine, storage, transport, settings));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    server = new Thread(this::serve, "vfio server");
    server.start();
  }

  private static PciFunction function(
      VfioMachine machine, Storage storage, Transport transport, BlkSettings settings) {
    VirtioBlkDevice disk =
        new VirtioBlkDevice(storage, machine.scheduler(), EventLog.OFF, settings);
    return switch (transport) {
      case PCI ->
          new PciTransport(
              machine.memory(),
              disk,
              machine.bus(),
              machine.pin(),
              machine.messages(),
              machine.scheduler(),
              CostModel.ZERO);
      case PCI_INTX ->
          new PciTransport(
              machine.memory(),
              disk,
              machine.bus(),
              machine.pin(),
              null,
              machine.scheduler(),
              CostModel.ZERO);
      case MMIO ->
          new MmioPciFunction(
              machine.memory(),
              disk,
              machine.bus(),
              machine.pin(),
              machine.scheduler(),
              CostModel.ZERO);
      case MMIO_LEGACY -> throw new IllegalArgumentException("no legacy device in a PCI function");
    };
  }

  private void serve() {
    try {
      session.run();
    } catch (IOException broken) {
      end = broken;
    } finally {
      session.close();
    }
  }

  UnixSocket client() {
    return client;
  }

  VfioSession session() {
    return session;
  }

  /** Waits for the end of the session; why it ended, or null when the client has gone. */
  @Nullable Exception end() {
    try {
      server.join(20_000);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (server.isAlive()) {
      throw new AssertionError("the session does not end");
    }
    return end;
  }

  @Override
  public void close() {
    session.shutdown();
    Exception unused = end();
  }
}

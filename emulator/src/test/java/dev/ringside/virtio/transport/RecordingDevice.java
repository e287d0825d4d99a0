package dev.ringside.virtio.transport;

import dev.ringside.virtio.spec.DeviceId;
import dev.ringside.virtio.spec.Feature;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A device that notes what its function asks of it, and has two queues and a little config. */
final class RecordingDevice implements VirtioDevice {
  static final int QUEUES = 2;
  static final int MAX_SIZE = 16;
  static final int CONFIG_SIZE = 8;

  private final List<String> calls = new ArrayList<>();
  private final byte[] config = new byte[CONFIG_SIZE];
  private long offerable = -1L;
  private boolean failsToSuspend;
  private @Nullable VirtioFunction function;

  /** What was asked since the last look. */
  List<String> takeCalls() {
    List<String> taken = List.copyOf(calls);
    calls.clear();
    return taken;
  }

  /** Limits what is offered. */
  RecordingDevice offering(long features) {
    offerable = features;
    return this;
  }

  /** Breaks while it is suspended. */
  void failToSuspend() {
    failsToSuspend = true;
  }

  void setConfig(int offset, int value) {
    config[offset] = (byte) value;
  }

  @Override
  public int deviceId() {
    return DeviceId.BLOCK;
  }

  @Override
  public long features() {
    return Feature.setOf(Feature.VERSION_1, Feature.EVENT_IDX, Feature.BLK_FLUSH);
  }

  @Override
  public long offerableFeatures() {
    return offerable;
  }

  @Override
  public int queueCount() {
    return QUEUES;
  }

  @Override
  public int maxQueueSize() {
    return MAX_SIZE;
  }

  @Override
  public int configSize() {
    return CONFIG_SIZE;
  }

  @Override
  public long readConfig(int offset, int width) {
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = value << 8 | (config[offset + i] & 0xff);
    }
    return value;
  }

  @Override
  public void writeConfig(int offset, int width, long value) {
    for (int i = 0; i < width; i++) {
      config[offset + i] = (byte) (value >>> (8 * i));
    }
  }

  @Override
  public void start(VirtioFunction attached, long features) {
    function = attached;
    calls.add("start");
  }

  @Override
  public void startQueue(int queue) {
    calls.add("startQueue " + queue);
  }

  @Override
  public void stopQueue(int queue) {
    calls.add("stopQueue " + queue);
  }

  @Override
  public void drainQueue(int queue) {
    calls.add("drainQueue " + queue);
  }

  @Override
  public void kick(int queue) {
    calls.add("kick " + queue);
  }

  @Override
  public void suspend() {
    calls.add("suspend");
    VirtioFunction attached = function;
    if (failsToSuspend && attached != null) {
      attached.needReset();
    }
  }

  @Override
  public void pause() {
    calls.add("pause");
  }

  @Override
  public void resume() {
    calls.add("resume");
  }

  @Override
  public void save(DataOutput out) throws IOException {
    calls.add("save");
    out.write(config);
  }

  @Override
  public void restore(VirtioFunction attached, long features, boolean running, DataInputStream in)
      throws IOException {
    function = attached;
    calls.add(running ? "restore running" : "restore");
    in.readFully(config);
  }

  @Override
  public void stop() {
    calls.add("stop");
  }
}

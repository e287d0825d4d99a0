package dev.ringside.lab.study;

import dev.ringside.blk.CoalescingPolicy;
import dev.ringside.blk.ServiceSettings;
import dev.ringside.blk.WaitPolicy;
import dev.ringside.blk.WorkerMapping;
import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.CompletionPolicy;
import dev.ringside.driver.DriverSettings;
import dev.ringside.fault.FaultPlan;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.RingShape;
import dev.ringside.machine.Cost;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.GuestMemory;
import dev.ringside.storage.ServiceModel;
import dev.ringside.virtio.transport.Transport;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Everything that one run needs to know, read from the parameters' values and checked against each
 * other.
 *
 * @param machine device, driver, transport and costs
 * @param ring what shapes the ring
 * @param workload what is asked of the disk
 * @param diskBytes size of the disk, where the workload brings none
 * @param faults what goes wrong
 * @param broken the rule that is broken on purpose
 * @param fullSpeed on real threads, not in simulated time
 */
record RunSettings(
    MachineSettings machine,
    RingShape ring,
    Workload workload,
    long diskBytes,
    FaultPlan faults,
    BrokenRule broken,
    boolean fullSpeed) {
  /** Descriptors around the data of a chain: header and status. */
  private static final int FRAMING = 2;

  private static final int SECTOR_SIZE = 512;

  /** From the look of a careless device until it asks for notifications; 1 us, as the driver's. */
  private static final long WINDOW_NS = 1_000;

  private static final long SPARE_MEMORY_BYTES = 8L << 20;

  /**
   * Reads and checks.
   *
   * @param values by the parameters' names
   * @throws ExperimentException when a value does not parse, or contradicts another one
   */
  static RunSettings of(Map<String, String> values) throws ExperimentException {
    Workload workload = Workload.of(values);
    RingShape ring =
        new RingShape(
            Parameters.RING.in(values),
            Parameters.IN_ORDER.in(values),
            Parameters.INDIRECT.in(values),
            Parameters.EVENT_INDEX.in(values));
    int queues = Parameters.QUEUES.in(values);
    int pollQueues = Parameters.POLL_QUEUES.in(values);
    require(
        pollQueues < queues,
        "poll-queues %d of queues=%d: the first queue always has interrupts"
            .formatted(pollQueues, queues));
    int queueSize = Parameters.QUEUE_SIZE.in(values);
    ServiceSettings service =
        ServiceSettings.DEFAULT
            .withWorkers(Parameters.WORKERS.in(values))
            .withMapping(Parameters.MAPPING.in(values))
            .withWaiting(Parameters.WAIT.in(values))
            .withCoalescing(coalescing(values))
            .withMaxMerge(Parameters.MERGE.in(values))
            .withModel(Parameters.SERVICE.in(values));
    checkMapping(service, queues);
    MachineSettings base = MachineSettings.DEFAULT;
    MachineSettings machine =
        base.withDevice(base.device().withQueues(queues).withService(service))
            .withDriver(
                base.driver()
                    .withQueues(queues)
                    .withPollQueues(pollQueues)
                    .withFeatures(ring.accepted(DriverSettings.DEFAULT.features()))
                    .withBatching(Parameters.BATCH.in(values))
                    .withCompletion(Parameters.COMPLETION.in(values))
                    .withRequestTimeoutNs(Parameters.TIMEOUT.in(values)))
            .withQueueSize(queueSize)
            .withTransport(Parameters.TRANSPORT.in(values))
            .withCosts(costs(values))
            .withMemoryBytes(memory(workload, queues, queueSize));
    RunSettings settings =
        new RunSettings(
            Parameters.DEVICE.in(values).map(machine::withBackend).orElse(machine),
            ring,
            workload,
            Parameters.DISK.in(values) / SECTOR_SIZE * SECTOR_SIZE,
            Parameters.FAULTS.in(values),
            Parameters.BREAK.in(values),
            Parameters.MODE.in(values));
    settings.check();
    return settings;
  }

  /** As one word, or as two numbers that can be varied each. */
  private static CoalescingPolicy coalescing(Map<String, String> values)
      throws ExperimentException {
    CoalescingPolicy whole = Parameters.COALESCE.in(values);
    int count = Parameters.COALESCE_COUNT.in(values);
    long time = Parameters.COALESCE_TIME.in(values);
    if (count == 0 && time == 0) {
      return whole;
    }
    require(
        whole instanceof CoalescingPolicy.Off,
        "coalesce says it all; leave coalesce-count and coalesce-ns out");
    require(count > 0 && time > 0, "coalesce-count and coalesce-ns need each other");
    return new CoalescingPolicy.CountOrTime(count, time);
  }

  private static CostModel costs(Map<String, String> values) throws ExperimentException {
    CostModel model = Parameters.COSTS.in(values);
    for (Map.Entry<Cost, Parameter<OptionalLong>> single : Parameters.SINGLE_COSTS.entrySet()) {
      OptionalLong value = single.getValue().in(values);
      if (value.isPresent()) {
        model = model.with(single.getKey(), value.getAsLong());
      }
    }
    return model;
  }

  private static void checkMapping(ServiceSettings service, int queues) throws ExperimentException {
    if (service.mapping() instanceof WorkerMapping.Explicit(List<Integer> workerOfQueue)) {
      require(
          workerOfQueue.size() == queues
              && workerOfQueue.stream().allMatch(worker -> worker < service.workers()),
          "worker-mapping must name, for each of %d queues, one of %d workers, not %s"
              .formatted(queues, service.workers(), workerOfQueue));
    }
  }

  /** Rings, tables and a buffer for every request in flight. */
  private static long memory(Workload workload, int queues, int queueSize) {
    long perRequest = Math.ceilDiv(workload.size(), GuestMemory.FRAME_SIZE) + 2L;
    long bytes =
        SPARE_MEMORY_BYTES + queues * (long) queueSize * perRequest * GuestMemory.FRAME_SIZE;
    return Math.ceilDiv(Math.max(bytes, 32L << 20), GuestMemory.FRAME_SIZE)
        * GuestMemory.FRAME_SIZE;
  }

  /** How many requests of the workload the ring holds. */
  int ringCapacity() {
    int size = machine.driver().queueSize();
    return ring.indirect() ? size : size / (FRAMING + 1);
  }

  /** How many of a run's requests a queue's task makes. */
  long requestsOf(int queue) {
    int queues = machine.driver().queues();
    long requests = workload.requests();
    return requests / queues + (queue < requests % queues ? 1 : 0);
  }

  /** The same with so many requests, where the workload leaves that open. */
  RunSettings withRequests(long count) {
    return new RunSettings(
        machine, ring, workload.withRequests(count), diskBytes, faults, broken, fullSpeed);
  }

  /** The machine with what is broken on purpose. */
  MachineSettings brokenMachine() {
    return switch (broken) {
      case NONE -> machine;
      case DEVICE_SECOND_LOOK ->
          machine.withDevice(
              machine
                  .device()
                  .withService(
                      machine.device().service().withWaiting(new WaitPolicy.Careless(WINDOW_NS))));
      case DRIVER_SECOND_LOOK -> machine.withCompletionPolicy(CompletionPolicy.CARELESS);
    };
  }

  private void check() throws ExperimentException {
    int size = machine.driver().queueSize();
    require(
        ring.packed() || Integer.bitCount(size) == 1,
        "queue-size %d: a split ring takes a power of two; ring=packed takes any".formatted(size));
    require(
        machine.transport() != Transport.MMIO_LEGACY || !(ring.packed() || ring.inOrder()),
        "transport=mmio-legacy has neither ring=packed nor in-order=on");
    require(
        ringCapacity() >= 1, "queue-size %d holds no request without indirect=on".formatted(size));
    checkLoop();
    checkOrigin();
    checkBackend();
    require(
        broken == BrokenRule.NONE || machine.driver().requestTimeoutNs() > 0,
        "break=%s needs timeout-ns, or the first lost wake-up is the end of the run"
            .formatted(broken.label()));
    require(
        faults.isEmpty() || machine.driver().requestTimeoutNs() > 0,
        "faults needs timeout-ns, or a request that is lost is the end of the run");
    require(
        (faults.isEmpty() && broken == BrokenRule.NONE) || machine.driver().queues() == 1,
        "faults and break need queues=1, since a driver recovers all its queues at once");
    require(
        diskBytes >= workload.size(),
        "disk %d is smaller than a request of size %d".formatted(diskBytes, workload.size()));
  }

  private void checkLoop() throws ExperimentException {
    int capacity = ringCapacity();
    String holds =
        "a ring of queue-size %d holds %d requests%s"
            .formatted(
                machine.driver().queueSize(),
                capacity,
                ring.indirect() ? "" : " with indirect=off");
    require(
        workload.queueDepth() <= capacity,
        "queue-depth %d is too much: %s".formatted(workload.queueDepth(), holds));
    if (machine.driver().batching() instanceof BatchPolicy.Every(int requests)) {
      require(requests <= capacity, "batch of %d is too much: %s".formatted(requests, holds));
    }
  }

  /** Another program's device does what it does, in real time. */
  private void checkBackend() throws ExperimentException {
    if (machine.backend() == null) {
      return;
    }
    require(fullSpeed, "device=vhost-user lives in real time, and needs mode=real");
    require(faults.isEmpty(), "faults are those of device=own");
    require(
        machine.device().service().model().equals(ServiceModel.none()),
        "service is that of device=own");
    require(
        !(workload.arrival() instanceof Arrival.Ext4Image),
        "arrival=ext4 brings an image of its own, for device=own");
  }

  private void checkOrigin() throws ExperimentException {
    boolean many = machine.driver().queues() > 1;
    switch (workload.arrival()) {
      case Arrival.Closed() -> {}
      case Arrival.Poisson poisson ->
          require(
              workload.thinkNs() == 0,
              "think-ns says nothing with arrival=poisson, where nobody waits");
      case Arrival.Trace trace -> require(!many, "arrival=trace needs queues=1");
      case Arrival.Ext4Image image -> require(!many, "arrival=ext4 needs queues=1");
    }
  }

  private static void require(boolean condition, String problem) throws ExperimentException {
    if (!condition) {
      throw new ExperimentException(problem);
    }
  }
}

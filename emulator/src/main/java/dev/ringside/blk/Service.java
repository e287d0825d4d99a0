package dev.ringside.blk;

import dev.ringside.fault.Faults;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.Scheduler;
import dev.ringside.storage.ServiceStation;
import dev.ringside.virtio.transport.VirtioFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the services of all queues of a running device share.
 *
 * @param function what carries the device
 * @param disk what requests work on
 * @param scheduler of the device's tasks
 * @param events what happens, for who wants to know
 * @param settings how queues are served
 * @param station where requests take their time; null when they take none
 * @param costs what emulation makes too cheap
 * @param faults what goes wrong with requests and their used entries
 */
record Service(
    VirtioFunction function,
    Disk disk,
    Scheduler scheduler,
    EventLog events,
    ServiceSettings settings,
    @Nullable ServiceStation station,
    CostModel costs,
    @Nullable Faults faults) {}

/**
 * How a guest reaches a virtio device. {@link dev.ringside.virtio.transport.VirtioFunction} is the
 * one state machine: status, features, queues, configuration generation, notifications. A transport
 * is a thin register map over it, and a device type stands behind it as a {@link
 * dev.ringside.virtio.transport.VirtioDevice}.
 *
 * <pre>
 *   VirtioFunction          the driver's and the device's way in
 *     StatusField           the bits and who may set them
 *     FeatureNegotiation    offered and chosen
 *     FunctionQueues        enabled, disabled, reset
 *     ConfigurationAccess   the space, its lock, its generation, its notifications
 *     DeviceActivity        started, suspended, paused
 *     FunctionTransfer      saved and restored
 *
 *   PciFunction     a device as whoever stands in for the bus sees it
 *     PciTransport
 *     MmioPciFunction   the MMIO registers behind a base address
 *
 *   DeviceSlot      plugs a device into a machine, behind the Transport of choice
 *   MmioTransport   version 2     } MmioRegisterMap
 *   LegacyMmioTransport           }
 *   PciTransport    configuration space
 *     PciWindow     common registers, ISR, configuration, notification addresses
 *     PciVectors    which MSI-X vector tells of what
 *     PciConfigAccess   the windows through the configuration space
 * </pre>
 *
 * <p>This package imports {@code machine}, {@code virtio.spec} and {@code virtio.queue}; it does
 * not know what kind of device it carries.
 */
@NullMarked
package dev.ringside.virtio.transport;

import org.jspecify.annotations.NullMarked;

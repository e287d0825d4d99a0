/**
 * PCI as a guest sees it: configuration spaces in an ECAM window, base addresses that size and move
 * their windows on the {@link dev.ringside.machine.Bus}, and MSI-X. Start with {@link
 * dev.ringside.machine.pci.PciHost} and {@link dev.ringside.machine.pci.ConfigurationSpace}.
 *
 * <p>The layouts are those of the PCI Local Bus Specification 3.0 and the PCI Express Base
 * Specification; their sections are cited as "PCI" and "PCIe". This package imports {@code machine}
 * and nothing else, and does not know what a function does.
 */
@NullMarked
package dev.ringside.machine.pci;

import org.jspecify.annotations.NullMarked;

/**
 * Puts machine, device and driver together. {@link dev.ringside.lab.vm.VirtualMachine} is the one
 * place that knows both sides.
 */
@NullMarked
package dev.ringside.lab.vm;

import org.jspecify.annotations.NullMarked;

/**
 * Constants and layouts of the virtio specification 1.4, each with its section: what the wire says,
 * and nothing that acts; and those of vhost-user and vfio-user, named by the headings of their own
 * specifications, which are part of QEMU's documentation. Both sides of a ring import this package,
 * and it imports nothing.
 */
@NullMarked
package dev.ringside.virtio.spec;

import org.jspecify.annotations.NullMarked;

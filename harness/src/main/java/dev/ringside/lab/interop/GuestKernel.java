package dev.ringside.lab.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A kernel that a guest boots, of a package of the system.
 *
 * @param image what is booted: a kernel for a virtual machine, or the program that user-mode Linux
 *     is
 * @param release as the kernel calls itself
 * @param modules what a guest loads to find its disk, in that order
 */
record GuestKernel(Path image, String release, List<Path> modules) {
  private static final String CLOUD_PACKAGE = "linux-image-cloud-amd64";
  private static final Path BOOT = Path.of("/boot");
  private static final Path MODULES = Path.of("/lib/modules");
  private static final String IMAGE_PREFIX = "vmlinuz-";
  private static final String CLOUD_SUFFIX = "-cloud-amd64";
  private static final Path USER_MODE_MODULES = Path.of("/usr/lib/uml/modules");

  /** Nothing loads them for the guest, so each stands after what it needs. */
  private static final List<String> VIRTIO =
      List.of(
          "virtio/virtio_ring",
          "virtio/virtio",
          "virtio/virtio_pci_modern_dev",
          "virtio/virtio_pci_legacy_dev",
          "virtio/virtio_pci",
          "virtio/virtio_mmio",
          "block/virtio_blk");

  /** The newest of Debian's kernels for virtual machines that is installed. */
  static GuestKernel cloud() throws IOException {
    for (String release : newestFirst(BOOT, IMAGE_PREFIX, CLOUD_SUFFIX)) {
      Optional<List<Path>> modules = modules(MODULES.resolve(release), VIRTIO);
      if (modules.isPresent()) {
        return new GuestKernel(BOOT.resolve(IMAGE_PREFIX + release), release, modules.get());
      }
    }
    throw new MissingPackageException("a kernel /boot/vmlinuz-*-cloud-amd64", CLOUD_PACKAGE);
  }

  /** User-mode Linux: virtio and its transport are part of it, the block driver is not. */
  static GuestKernel userMode() throws IOException {
    Path program = OutsideProgram.USER_MODE_LINUX.require();
    for (String release : newestFirst(USER_MODE_MODULES, "", "")) {
      Optional<List<Path>> modules =
          modules(USER_MODE_MODULES.resolve(release), List.of("block/virtio_blk"));
      if (modules.isPresent()) {
        return new GuestKernel(program, release, modules.get());
      }
    }
    throw new MissingPackageException(
        "virtio_blk.ko below " + USER_MODE_MODULES, "user-mode-linux");
  }

  private static List<String> newestFirst(Path folder, String prefix, String suffix)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(prefix) && name.endsWith(suffix))
          .map(name -> name.substring(prefix.length()))
          .sorted(Comparator.comparing(GuestKernel::version, GuestKernel::compare).reversed())
          .toList();
    }
  }

  /** The numbers of a release, so that 6.1.100 comes after 6.1.57. */
  private static List<Integer> version(String release) {
    List<Integer> numbers = new ArrayList<>();
    for (String word : release.split("[^0-9]+", -1)) {
      if (!word.isEmpty()) {
        numbers.add(Integer.parseInt(word));
      }
    }
    return numbers;
  }

  private static int compare(List<Integer> left, List<Integer> right) {
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      int order = left.get(i).compareTo(right.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  private static Optional<List<Path>> modules(Path folder, List<String> names) {
    List<Path> found = new ArrayList<>();
    for (String name : names) {
      Path plain = folder.resolve("kernel/drivers/" + name + ".ko");
      Path packed = folder.resolve("kernel/drivers/" + name + ".ko.xz");
      if (Files.isReadable(plain)) {
        found.add(plain);
      } else if (Files.isReadable(packed)) {
        found.add(packed);
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(found);
  }
}

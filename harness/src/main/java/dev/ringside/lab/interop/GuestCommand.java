package dev.ringside.lab.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command that starts a guest. KVM is never asked for, so that a guest starts wherever a
 * process does.
 */
final class GuestCommand {
  private static final int MEMORY_MIB = 256;
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
  private static final Pattern MEGAHERTZ = Pattern.compile("cpu MHz\\s*:\\s*(\\d+)");
  private static final int KILOHERTZ_GUESS = 2_000_000;

  /** How long QEMU waits before it looks for its disk again. */
  private static final int RECONNECT_MS = 200;

  private final GuestSettings settings;
  private final GuestKernel kernel;
  private final Path initramfs;
  private final String task;

  /**
   * The command for a guest.
   *
   * @param task and its parameters, as words for the guest's first process
   */
  GuestCommand(
      GuestSettings settings,
      GuestKernel kernel,
      Path initramfs,
      GuestTask task,
      Map<String, String> parameters) {
    this.settings = settings;
    this.kernel = kernel;
    this.initramfs = initramfs;
    StringBuilder words = new StringBuilder("task=" + task);
    parameters.forEach((name, value) -> words.append(' ').append(name).append('=').append(value));
    this.task = words.toString();
  }

  /** In words for the system, without a shell. */
  List<String> words(List<Path> sockets, Path folder) throws IOException {
    return switch (settings.counterpart()) {
      case UML -> userModeLinux(sockets, folder);
      case QEMU_PCI ->
          qemu(
              settings.reconnects() ? RecentQemu.require() : OutsideProgram.QEMU.require(),
              "q35",
              "",
              vhostPci(sockets));
      case QEMU_MICROVM ->
          qemu(
              OutsideProgram.QEMU.require(),
              "microvm",
              // Under TCG there is no timer that this kernel could measure the cycle counter with.
              "tsc_early_khz=" + kilohertz(),
              vhostMmio(sockets));
      case QEMU_VFIO_PCI, QEMU_VFIO_MMIO ->
          qemu(RecentQemu.require(), "q35", interruptWord(), vfio(sockets));
    };
  }

  private List<String> userModeLinux(List<Path> sockets, Path folder) {
    List<String> words = new ArrayList<>();
    words.add(kernel.image().toString());
    words.add("mem=" + MEMORY_MIB + "M");
    words.add("initrd=" + initramfs);
    words.add("uml_dir=" + folder);
    words.add("con=null");
    words.add("con0=fd:0,fd:1");
    words.add("quiet");
    for (Path socket : sockets) {
      // The number is the device's kind: 2 is a block device (virtio 1.4, section 5).
      words.add("virtio_uml.device=" + socket + ":2");
    }
    words.addAll(List.of(task.split(" ", -1)));
    return words;
  }

  private List<String> qemu(Path program, String machine, String kernelWord, List<String> disks) {
    List<String> words = new ArrayList<>();
    words.add(program.toString());
    words.addAll(List.of("-accel", "tcg", "-cpu", "qemu64"));
    words.addAll(List.of("-smp", Integer.toString(settings.processors())));
    words.addAll(List.of("-m", Integer.toString(MEMORY_MIB)));
    if (settings.sharedMemory()) {
      words.addAll(
          List.of(
              "-M",
              machine + ",memory-backend=mem",
              "-object",
              "memory-backend-memfd,id=mem,size=%dM,share=on".formatted(MEMORY_MIB)));
    } else {
      words.addAll(List.of("-M", machine));
    }
    words.addAll(List.of("-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio"));
    words.addAll(List.of("-kernel", kernel.image().toString(), "-initrd", initramfs.toString()));
    String line = "console=ttyS0 quiet panic=-1 " + kernelWord + " " + task;
    words.addAll(List.of("-append", line.replace("  ", " ")));
    words.addAll(disks);
    return words;
  }

  private String interruptWord() {
    return settings.interrupts() == GuestSettings.Interrupts.INTX ? "pci=nomsi" : "";
  }

  private List<String> vhostPci(List<Path> sockets) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < sockets.size(); i++) {
      words.addAll(socket(i, sockets.get(i)));
      StringBuilder device = new StringBuilder("vhost-user-blk-pci,chardev=socket" + i);
      device.append(",num-queues=").append(settings.queues());
      device.append(settings.interrupts() == GuestSettings.Interrupts.INTX ? ",vectors=0" : "");
      words.addAll(List.of("-device", device.append(features()).toString()));
    }
    return words;
  }

  private List<String> vhostMmio(List<Path> sockets) {
    List<String> words = new ArrayList<>(List.of("-global", "virtio-mmio.force-legacy=false"));
    for (int i = 0; i < sockets.size(); i++) {
      words.addAll(socket(i, sockets.get(i)));
      words.addAll(
          List.of(
              "-device",
              // On this transport Linux takes the largest ring that QEMU knows, and QEMU asks for
              // room for what is in flight by this number.
              "vhost-user-blk,chardev=socket%d,num-queues=%d,queue-size=1024%s"
                  .formatted(i, settings.queues(), features())));
    }
    return words;
  }

  private List<String> socket(int number, Path path) {
    String reconnect = settings.reconnects() ? ",reconnect-ms=" + RECONNECT_MS : "";
    return List.of("-chardev", "socket,id=socket%d,path=%s%s".formatted(number, path, reconnect));
  }

  private String features() {
    return (settings.packed() ? ",packed=on" : "")
        + (settings.writeBack() ? ",config-wce=off" : "");
  }

  private static List<String> vfio(List<Path> sockets) {
    List<String> words = new ArrayList<>();
    for (Path socket : sockets) {
      words.addAll(
          List.of(
              "-device",
              "{\"driver\":\"vfio-user-pci\",\"socket\":{\"path\":\"%s\",\"type\":\"unix\"}}"
                  .formatted(socket)));
    }
    return words;
  }

  /** Any rate will do that is not far off: the guest's clock then is as wrong as the guess. */
  private static int kilohertz() throws IOException {
    if (Files.isReadable(PROCESSORS)) {
      Matcher rate = MEGAHERTZ.matcher(Files.readString(PROCESSORS));
      if (rate.find()) {
        return 1000 * Integer.parseInt(rate.group(1));
      }
    }
    return KILOHERTZ_GUESS;
  }
}

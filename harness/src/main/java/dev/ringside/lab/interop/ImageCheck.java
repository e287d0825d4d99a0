package dev.ringside.lab.interop;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4File;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.lab.kernel.Program;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.OverlayStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Judges the image that a guest left behind. */
public final class ImageCheck {
  private static final int PIECE = 1 << 20;

  private ImageCheck() {}

  /**
   * What is wrong with an image: what e2fsck finds, and files that Ringside's ext4 reads otherwise
   * than the guest wrote them. Empty when nothing is.
   *
   * @param sums SHA-256 of files that the guest wrote
   */
  public static List<String> problems(Path image, Map<String, String> sums) throws IOException {
    List<String> problems = new ArrayList<>();
    Program.Answer fsck = Program.E2FSCK.run("-fn", image);
    if (fsck.status() != 0) {
      problems.add("e2fsck -fn: status %d%n%s".formatted(fsck.status(), fsck.output().strip()));
    }
    try (Storage storage = OverlayStorage.over(FileStorage.openReadOnly(image));
        VirtualMachine machine =
            VirtualMachine.start(
                MachineSettings.DEFAULT, storage, new RealScheduler(), EventLog.OFF);
        Ext4 ext4 = Ext4.mount(machine.disk())) {
      for (Map.Entry<String, String> sum : sums.entrySet()) {
        String found = sum(ext4.open(Ext4Path.parseEscaped(sum.getKey())));
        if (!found.equals(sum.getValue())) {
          problems.add(
              "%s: the guest wrote %s, and Ringside's ext4 reads %s"
                  .formatted(sum.getKey(), sum.getValue(), found));
        }
      }
    }
    return problems;
  }

  private static String sum(Ext4File file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
    byte[] piece = new byte[PIECE];
    long position = 0;
    for (int count = file.read(0, piece, 0, PIECE);
        count > 0;
        count = file.read(position, piece, 0, PIECE)) {
      digest.update(piece, 0, count);
      position += count;
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}

package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.TreeWalk;
import dev.ringside.ext4.format.FileType;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.BitSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ringside tree}: everything below a directory of an image, drawn as a tree. */
@Command(
    name = "tree",
    description = "Draw a directory of an ext2, ext3 or ext4 image with all that is below it.",
    mixinStandardHelpOptions = true)
final class TreeCommand implements Callable<Integer> {
  private static final String BRANCH = "├── ";
  private static final String LAST_BRANCH = "└── ";
  private static final String TRUNK = "│   ";
  private static final String NO_TRUNK = "    ";

  @Mixin private final ImageArguments where = new ImageArguments();

  @Mixin private final JsonLines json = new JsonLines();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    where.open(ext4 -> json.write(out, sink -> draw(ext4, sink, out)));
    return 0;
  }

  private void draw(Ext4 ext4, Json.Sink sink, PrintWriter out) throws IOException {
    boolean drawn = !json.takesStandardOutput();
    TreeWalk walk = new TreeWalk(ext4, where.path);
    if (drawn) {
      out.println(where.path);
    }
    // Which of the directories above the current file have names left to come.
    BitSet unfinished = new BitSet();
    long directories = 0;
    long files = 0;
    for (TreeWalk.Visit visit = walk.next(); visit != null; visit = walk.next()) {
      FileFields file = FileFields.of(ext4, visit.path(), visit.stat().inode());
      sink.line(file::writeTo);
      if (drawn) {
        out.println(trunks(visit, unfinished) + visit.name() + file.arrow());
        // Whoever reads this may have seen enough, and closed the pipe.
        if (out.checkError()) {
          return;
        }
      }
      unfinished.set(visit.depth(), !visit.last());
      if (visit.stat().type() == FileType.DIRECTORY) {
        directories++;
      } else {
        files++;
      }
    }
    if (drawn) {
      out.printf(
          "%n%s, %s%n",
          count(directories, "directory", "directories"), count(files, "file", "files"));
    }
  }

  private static String trunks(TreeWalk.Visit visit, BitSet unfinished) {
    StringBuilder line = new StringBuilder();
    for (int depth = 1; depth < visit.depth(); depth++) {
      line.append(unfinished.get(depth) ? TRUNK : NO_TRUNK);
    }
    return line.append(visit.last() ? LAST_BRANCH : BRANCH).toString();
  }

  private static String count(long number, String one, String many) {
    return number + " " + (number == 1 ? one : many);
  }
}

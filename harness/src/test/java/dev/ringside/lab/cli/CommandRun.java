package dev.ringside.lab.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * The command, run inside this process with its output caught.
 *
 * @param status exit status
 * @param out standard output
 * @param err standard error
 */
record CommandRun(int status, String out, String err) {
  static CommandRun of(Object... arguments) {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status = Ringside.run(new PrintWriter(out), new PrintWriter(err), words);
    return new CommandRun(status, out.toString(), err.toString());
  }
}

package dev.ringside.lab.cli;

/** The command. */
public final class Ringside {
  private Ringside() {}

  public static void main(String[] arguments) {
    System.out.println(arguments.length);
  }
}

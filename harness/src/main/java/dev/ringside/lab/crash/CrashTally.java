package dev.ringside.lab.crash;

import java.util.ArrayList;
import java.util.List;

/** What a sweep of one scenario has found. */
public final class CrashTally {
  private final String combination;
  private final String scenario;
  private final String ending;
  private int states;
  private int distinct;
  private int recoveryStates;
  private int peers;
  private final List<Bad> bad = new ArrayList<>();

  CrashTally(String combination, String scenario, String ending) {
    this.combination = combination;
    this.scenario = scenario;
    this.ending = ending;
  }

  /**
   * A state that is not as it must be.
   *
   * @param state its name: cut and choice
   */
  public record Bad(String state, String what) {}

  void count() {
    states++;
  }

  void countDistinct() {
    distinct++;
  }

  void countRecoveryState() {
    recoveryStates++;
  }

  void countPeer() {
    peers++;
  }

  void bad(String state, String what) {
    bad.add(new Bad(state, what));
  }

  /** Combination, scenario and ending. */
  public String name() {
    return "%s/%s/%s".formatted(combination, scenario, ending);
  }

  public String combination() {
    return combination;
  }

  public String scenario() {
    return scenario;
  }

  public String ending() {
    return ending;
  }

  public int states() {
    return states;
  }

  /** Those that were judged: the others were equal to one of them. */
  public int distinct() {
    return distinct;
  }

  /** Crashes of recoveries. */
  public int recoveryStates() {
    return recoveryStates;
  }

  /** Recoveries by e2fsck or the kernel. */
  public int peers() {
    return peers;
  }

  public List<Bad> bad() {
    return bad;
  }
}

package dev.ringside.fault;

import java.util.Set;

/** What goes wrong; the kinds say who carries it out. {@code toString} is the words of a plan. */
public sealed interface FaultEffect
    permits StorageEffect, RequestEffect, UsedEffect, KickEffect, InterruptEffect {
  /** What it can happen to. */
  Set<FaultOperation> operations();
}

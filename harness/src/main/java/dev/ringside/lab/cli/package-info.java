/**
 * The command line: one class a subcommand, each of which reads options, calls a room of the
 * laboratory, and prints.
 *
 * <p>Start with {@link dev.ringside.lab.cli.Ringside}, the root, where subcommands are registered.
 * {@link dev.ringside.lab.cli.OneLineErrors} decides what an error looks like and which exit status
 * it has; {@link dev.ringside.lab.cli.OutputFile} writes files whole or not at all.
 *
 * <p>Nothing imports this package.
 */
@NullMarked
package dev.ringside.lab.cli;

import org.jspecify.annotations.NullMarked;

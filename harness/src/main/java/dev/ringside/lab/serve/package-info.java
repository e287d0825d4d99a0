/**
 * Servers that put Ringside on a network. {@link dev.ringside.lab.serve.LiveServer} shows a run to
 * browsers: a page over HTTP, its frames and commands over a WebSocket ({@link
 * dev.ringside.lab.serve.FrameJson}, {@link dev.ringside.lab.serve.CommandReader}). What comes from
 * the network is not trusted: its size, its origin and its contents are checked.
 */
@NullMarked
package dev.ringside.lab.serve;

import org.jspecify.annotations.NullMarked;

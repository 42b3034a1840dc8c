/// The running IKE daemon: what the engine of `org.jipsec.ike` cannot do by itself, as it knows
/// neither clock nor socket nor thread.
///
/// Start at [IkeDaemon]: one thread owns the engine, takes what comes from an [InputQueue], and
/// carries out what the engine wants. Around it: [Listening] decides at which addresses and ports
/// we listen, as [LocalAddresses] come and go, and has them opened by an [IkePorts] (the kernel's
/// sockets: [KernelIkePorts]); [SadbWorker] speaks with the databases and comes back when they
/// do; [HookRunner] runs the user's scripts; [IkeLog] writes what is to be told, in the forms of
/// [LogForm].
@NullMarked
package org.jipsec.daemon.ike;

import org.jspecify.annotations.NullMarked;

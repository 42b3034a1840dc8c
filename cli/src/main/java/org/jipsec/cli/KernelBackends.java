package org.jipsec.cli;

import org.jipsec.os.OsException;
import org.jipsec.pfkey.Dialect;
import org.jipsec.pfkey.KernelPfkeyChannel;
import org.jipsec.xfrm.XfrmBackend;

import java.io.IOException;
import java.time.InstantSource;

/// The IPsec of the running kernel, where it has one.
interface KernelBackends {
    /// None at all: for what must leave the machine's own kernel alone.
    KernelBackends NONE =
            new KernelBackends() {
                @Override
                public boolean hasEspByXfrm() {
                    return false;
                }

                @Override
                public boolean hasPfkey() {
                    return false;
                }

                @Override
                public BackendLink xfrm() throws IOException {
                    throw new IOException("no kernel is to be used here");
                }

                @Override
                public BackendLink pfkey(Dialect linux) throws IOException {
                    throw new IOException("no kernel is to be used here");
                }
            };

    KernelBackends REAL =
            new KernelBackends() {
                @Override
                public boolean hasEspByXfrm() {
                    return KernelIpsec.xfrmHasEsp();
                }

                @Override
                public boolean hasPfkey() {
                    return KernelIpsec.hasPfkey();
                }

                @Override
                public BackendLink xfrm() throws IOException {
                    try {
                        return new XfrmLink(
                                XfrmBackend.open(
                                        PfkeyLink.processId(),
                                        InstantSource.system(),
                                        PfkeyLink.PATIENCE),
                                StatePlace::ofKernel);
                    } catch (OsException refused) {
                        throw KernelIpsec.withoutXfrm(refused);
                    }
                }

                @Override
                public BackendLink pfkey(Dialect linux) throws IOException {
                    return new PfkeyLink(
                            KernelPfkeyChannel.open(),
                            KernelPfkeyChannel::open,
                            linux,
                            StatePlace::ofKernel);
                }
            };

    /// Whether XFRM is there with ESP behind it: some kernels have the one without the other.
    boolean hasEspByXfrm();

    boolean hasPfkey();

    BackendLink xfrm() throws IOException;

    /// @param linux [Dialect#LINUX], or [Dialect#LINUX_AS_SETKEY] for the original's ways
    BackendLink pfkey(Dialect linux) throws IOException;
}

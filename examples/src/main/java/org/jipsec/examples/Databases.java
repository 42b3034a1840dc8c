package org.jipsec.examples;

import org.jipsec.diag.Rendering;
import org.jipsec.diag.SourceText;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Statistics;
import org.jipsec.setkey.Compilation;
import org.jipsec.setkey.CompileOptions;
import org.jipsec.setkey.PlannedOperation;
import org.jipsec.setkey.PolicyFormatter;
import org.jipsec.setkey.SaFormatter;
import org.jipsec.setkey.SetkeyLanguage;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.time.ZoneId;

/// One machine's SAD and SPD, used as jsetkey does: filled from a file, and listed.
///
/// @param out what jsetkey prints to standard output
/// @param err its diagnostics
record Databases(
        SadbBackend backend, InstantSource clock, ZoneId zone, PrintWriter out, PrintWriter err) {

    /// `jsetkey -f`.
    ///
    /// @return whether all of it was done
    boolean load(String name, byte[] text) throws IOException {
        SourceText source = SetkeyLanguage.source(name, text);
        Compilation compilation =
                SetkeyLanguage.compile(source, backend.capabilities(), CompileOptions.standard());
        err.print(new Rendering(source, false).all(compilation.diagnostics()));
        if (compilation.plan().isEmpty()) {
            return false;
        }
        boolean done = true;
        for (PlannedOperation planned : compilation.plan().get().operations()) {
            if (backend.execute(planned.operation()) instanceof SadbReply.Refused refused) {
                err.printf(
                        "%s:%d: refused: %s%n",
                        name, source.line(planned.span().start()), refused.errno().text());
                done = false;
            }
        }
        return done;
    }

    /// `jsetkey -D`.
    void printSas() throws IOException {
        SaFormatter formatter = new SaFormatter(zone, false);
        StringBuilder text = new StringBuilder();
        if (backend.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC))
                instanceof SadbReply.Sas(var snapshots)) {
            for (SaSnapshot snapshot : snapshots) {
                formatter.append(text, snapshot, clock.instant());
            }
        }
        out.print(text);
    }

    /// `jsetkey -DP`.
    void printPolicies() throws IOException {
        PolicyFormatter formatter = new PolicyFormatter(zone, false);
        StringBuilder text = new StringBuilder();
        if (backend.execute(new SadbOperation.DumpPolicies())
                instanceof SadbReply.Policies(var snapshots)) {
            for (PolicySnapshot snapshot : snapshots) {
                formatter.append(text, snapshot);
            }
        }
        out.print(text);
    }

    /// What the packet path has dropped and why, to `err`, a line for each reason.
    void printDrops(String host) throws IOException {
        if (backend.execute(new SadbOperation.GetStatistics())
                instanceof SadbReply.Counted(var statistics)) {
            for (Statistics.Drop drop : statistics.drops()) {
                if (drop.packets() > 0) {
                    err.printf(
                            "%s dropped %d: %s (%s)%n",
                            host, drop.packets(), drop.sentence(), drop.name());
                }
            }
        }
    }
}

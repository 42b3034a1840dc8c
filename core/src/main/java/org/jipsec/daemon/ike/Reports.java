package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeReport;

import java.util.Map;
import java.util.Optional;

/// What the daemon itself has to tell, beside the engine.
final class Reports {
    private Reports() {}

    static IkeReport error(String text) {
        return of(IkeReport.Level.ERROR, text);
    }

    static IkeReport warning(String text) {
        return of(IkeReport.Level.WARNING, text);
    }

    static IkeReport notice(String text) {
        return of(IkeReport.Level.NOTIFY, text);
    }

    static IkeReport info(String text) {
        return of(IkeReport.Level.INFO, text);
    }

    static IkeReport debug(String text) {
        return of(IkeReport.Level.DEBUG, text);
    }

    private static IkeReport of(IkeReport.Level level, String text) {
        return new IkeReport(level, Optional.empty(), text, Map.of());
    }
}

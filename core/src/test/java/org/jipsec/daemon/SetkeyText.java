package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.dataplane.SadbEngine;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.SadbReply;
import org.jipsec.setkey.CompileOptions;
import org.jipsec.setkey.PlannedOperation;
import org.jipsec.setkey.SetkeyLanguage;

import java.nio.charset.StandardCharsets;

/// SAs and policies as setkey.conf(5) has them.
public final class SetkeyText {
    private SetkeyText() {}

    public static void load(SadbEngine engine, String text) {
        var compilation =
                SetkeyLanguage.compile(
                        SetkeyLanguage.source("test", text.getBytes(StandardCharsets.ISO_8859_1)),
                        Capabilities.userspace(),
                        CompileOptions.standard());
        assertThat(compilation.plan()).as(compilation.diagnostics().all().toString()).isPresent();
        for (PlannedOperation each : compilation.plan().get().operations()) {
            assertThat(engine.execute(each.operation()))
                    .as(each.toString())
                    .isInstanceOf(SadbReply.Done.class);
        }
    }
}

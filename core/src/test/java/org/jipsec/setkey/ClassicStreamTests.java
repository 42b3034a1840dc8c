package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.junit.jupiter.api.Test;

import java.io.IOException;

/// `setkey -c`: commands from a stream.
class ClassicStreamTests extends ClassicRun {
    private static final String ENDS = "10.0.0.1 10.0.0.2 ";
    private static final String KEY_128 = "0xc0291ff014dccdd03874d9e8e4cdf3e6";

    @Test
    void readsNothingWhenNobodyIsThere() throws IOException {
        backend.absent = true;
        assertThat(run("flush;")).isEqualTo(1);
        assertThat(runInput("flush;\n")).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("setkey: nobody is there\n".repeat(2));
        assertThat(backend.operations).isEmpty();
    }

    @Test
    void runsEachCommandOfAStreamAndGoesOnAfterAWrongOne() throws IOException {
        int status =
                runInput(
                        """
                        # nothing
                        flush; frobnicate 1;
                        add 10.0.0.1 10.0.0.2 # the ends
                          esp 0x100 -E null;
                        dump
                        """);
        assertThat(status).isZero();
        assertThat(out.toString()).startsWith("syntax error at `frobnicate'");
        assertThat(backend.operations).hasSize(2); // what is not ended is not run
    }

    @Test
    void saysRefusalsOfAStreamOnStandardOutput() throws IOException {
        backend.answer = operation -> new SadbReply.Refused(Errno.EEXIST, "");
        assertThat(runInput("flush;\nexit; flush;\n")).isZero();
        assertThat(out.toString()).isEqualTo("File exists.\n");
        assertThat(backend.operations).hasSize(1);
    }

    @Test
    void splitsAStreamAtASemicolonInQuotesToo() throws IOException {
        assertThat(runInput("add " + ENDS + "esp 1 -E des-cbc \"1234;678\";\n")).isEqualTo(1);
        assertThat(out.toString()).isEqualTo("Syntax error at `\"'");
    }

    @Test
    void givesUpAStreamAtAStrayCharacter() throws IOException {
        assertThat(runInput("flush {;\nflush;\n")).isEqualTo(1);
        assertThat(out.toString()).isEqualTo("Syntax error at `{'");
    }

    @Test
    void beginsEachCommandOfAStreamAfresh() throws IOException {
        runInput(
                "add "
                        + ENDS
                        + "esp 1 -m tunnel -E des-cbc \"12345678\" oops;\n"
                        + "add "
                        + ENDS
                        + "ah 2 -A hmac-md5 "
                        + KEY_128
                        + ";\n");
        SecurityAssociation sa = backend.associations().get(0);
        assertThat(sa.mode()).isEqualTo(SaMode.ANY);
        assertThat(sa.encryption()).isEqualTo(EncryptionAlgorithm.NONE);
        assertThat(sa.encryptionKey().length()).isZero();
    }

    @Test
    void takesCommandsOfAnyLengthFromAStream() throws IOException {
        runInput("flush" + " ".repeat(5000) + ";\n");
        assertThat(backend.operations).hasSize(1);
    }

    @Test
    void givesUpAStreamWithTheLineEndsOfDos() throws IOException {
        assertThat(runInput("flush;\r\nflush;\r\n")).isEqualTo(1);
        assertThat(out.toString()).isEqualTo("Syntax error at `\r'");
        assertThat(backend.operations).hasSize(1);
    }

    @Test
    void takesManyCommandsOfOneLine() throws IOException {
        runInput("flush; ".repeat(20_000) + "dump;" + " dump\n;");
        assertThat(backend.operations).hasSize(20_002);
    }
}

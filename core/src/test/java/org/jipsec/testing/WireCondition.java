package org.jipsec.testing;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

import java.nio.file.Files;
import java.nio.file.Path;

/// What [RequiresWire] asks for.
final class WireCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        try {
            RequiredTool.require(isRoot(), "needs root");
            RequiredTool.require(
                    Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun: modprobe tun");
            RequiredTool.program("ip", "iproute2");
            RequiredTool.program("nft", "nftables");
            return ConditionEvaluationResult.enabled("root, TUN, ip and nft are there");
        } catch (TestAbortedException e) {
            return ConditionEvaluationResult.disabled(String.valueOf(e.getMessage()));
        }
    }

    private static boolean isRoot() {
        // of whoever runs this, without starting a program
        return System.getProperty("user.name", "").equals("root");
    }
}

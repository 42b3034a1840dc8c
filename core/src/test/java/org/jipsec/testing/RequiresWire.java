package org.jipsec.testing;

import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The test needs root, `/dev/net/tun`, `ip` and `nft`, and works in [Namespaces] of its own
/// making. Where one of them is missing it is skipped, with a reason that names it; with
/// `JIPSEC_CI` it fails ([RequiredTool]).
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(WireCondition.class)
public @interface RequiresWire {}

package org.jipsec.setkey;

import org.jipsec.diag.Diagnostics;

import java.util.Optional;

/// What has become of a text.
///
/// @param plan empty when `diagnostics` has an error
public record Compilation(Diagnostics diagnostics, Optional<Plan> plan) {}

package org.jipsec.dataplane;

/// The SAD and the SPD that belong together. The packet path takes both at once, for a batch of
/// packets: what is changed as a whole it then sees as a whole.
record Databases(SaDatabase associations, PolicyDatabase policies) {}

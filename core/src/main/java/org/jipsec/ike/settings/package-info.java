/// What a checked racoon.conf means: immutable values, every default filled in, nothing of how it
/// was written.
///
/// Start at [Settings]. A [RemoteSettings] says how to talk to a peer in phase 1, a
/// [SainfoSettings] what to negotiate in phase 2, an [Identity] who somebody is. [PresharedKeys] is
/// the text of a psk.txt, asked anew at each look-up. Values are made by `org.jipsec.racoonconf`,
/// which has checked them, or by tests, which may do without a text.
@NullMarked
package org.jipsec.ike.settings;

import org.jspecify.annotations.NullMarked;

/// IPsec in userspace: SAD, SPD, ESP, AH, IPComp, replay protection, the packet path, its links,
/// and the key service in front of it.
@NullMarked
package org.jipsec.dataplane;

import org.jspecify.annotations.NullMarked;

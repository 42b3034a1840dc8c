/// Tests of the running IKE daemon: on loopback addresses, with databases in memory.
@NullMarked
package org.jipsec.daemon.ike;

import org.jspecify.annotations.NullMarked;

package org.jipsec.ike;

import org.jipsec.isakmp.Cookie;
import org.jipsec.isakmp.Header;

/// The two cookies that name an ISAKMP SA: `CKY-I` and `CKY-R`, in the order of the header. The
/// responder's is zero in the first message.
record Cookies(Cookie initiator, Cookie responder) {
    static Cookies of(Header header) {
        return new Cookies(header.initiator(), header.responder());
    }
}

package org.jipsec.xfrm;

import org.jipsec.os.ErrorNumber;
import org.jipsec.os.NetlinkAnswer;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalInt;

/// Why the kernel refused: its own words, and what of the request they are about.
final class RefusalText {
    private static final int TYPE_MASK = 0x3fff;

    private RefusalText() {}

    /// @param answer an acknowledgement, or the end of a dump
    /// @param request what is refused, as it was sent
    /// @return empty when it is not refused
    static Optional<Refused> of(NetlinkAnswer answer, byte[] request) throws WireException {
        int number = answer.errno();
        if (number == 0) {
            return Optional.empty();
        }
        String said = answer.explanation();
        String about = about(answer, request);
        String both = said.isEmpty() ? about : said + " (" + about + ")";
        String why = about.isEmpty() ? said : both;
        Optional<Errno> errno = Errno.numbered(number);
        if (errno.isPresent()) {
            return Optional.of(new Refused(errno.get(), why));
        }
        String name = ErrorNumber.describe(number);
        return Optional.of(new Refused(Errno.EINVAL, why.isEmpty() ? name : name + ": " + why));
    }

    private static String about(NetlinkAnswer answer, byte[] request) throws WireException {
        OptionalInt missing = answer.missingAttribute();
        if (missing.isPresent()) {
            return AttributeNames.words(missing.getAsInt()) + " is missing";
        }
        int offset = answer.offendingOffset().orElse(-1);
        if (offset < 0 || offset > request.length - 4) {
            return "";
        }
        int type =
                ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN).getShort(offset + 2)
                        & TYPE_MASK;
        return AttributeNames.words(type);
    }
}

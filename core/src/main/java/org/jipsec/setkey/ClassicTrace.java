package org.jipsec.setkey;

import java.util.List;

/// The PF_KEY messages behind an operation, for `-v` and `-H`. Their text is made where messages
/// are known; here it is only put at its place between the entries of a listing.
public interface ClassicTrace {
    /// A backend of which no messages can be seen.
    ClassicTrace NONE = List::of;

    /// @param text what `-v` prints of it, with the empty line at its end
    /// @param hex what `-H` prints of it
    record Message(boolean sent, String text, String hex) {}

    /// The messages since the last call, oldest first: what was sent, then what came.
    List<Message> take();
}

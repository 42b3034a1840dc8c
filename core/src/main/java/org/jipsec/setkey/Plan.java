package org.jipsec.setkey;

import java.util.List;

/// What is to be asked of a backend, in this order.
public record Plan(List<PlannedOperation> operations) {
    public Plan {
        operations = List.copyOf(operations);
    }
}

package org.jipsec.os;

/// A descriptor that only stands for what it has open: a namespace, or a socket for requests.
final class FileDescriptor extends Descriptor {
    private FileDescriptor(int number, String name) {
        super(number, name);
    }

    static FileDescriptor open(String path, int flags) throws OsException {
        Platform.require();
        return new FileDescriptor(Call.open(path, flags), path);
    }

    /// Any socket of this namespace, for requests about its devices.
    static FileDescriptor forDeviceRequests() throws OsException {
        Platform.require();
        return new FileDescriptor(
                Call.socket(Layouts.AF_INET, Layouts.SOCK_DGRAM, 0), "device requests");
    }
}

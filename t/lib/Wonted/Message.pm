package Wonted::Message;
# A delivered message, as it lies in a Maildir.
use strict;
use warnings;

# new - from bytes; {folder}, {file} say where it lies
sub new {
	my ($class, $bytes, %o) = @_;
	$bytes =~ s/\r\n/\n/g;
	my ($head, $body) = split /\n\n/, $bytes, 2;
	my @headers = map { /^([^:]+):[ \t]?(.*)\z/s ? [$1, $2] : () } split /\n(?![ \t])/, $head;
	return bless { %o, bytes => $bytes, headers => \@headers, body => $body // '' }, $class;
}

sub folder { $_[0]{folder} }
sub body { $_[0]{body} }
sub bytes { $_[0]{bytes} }

# header - value(s) of a header, unfolded, from the top; in scalar context the first
sub header {
	my ($self, $name) = @_;
	my @v = map { $_->[1] =~ s/\n[ \t]+/ /gr } grep { lc $_->[0] eq lc $name } @{ $self->{headers} };
	return wantarray ? @v : $v[0];
}

# has_passed - whether it went through Postfix under that queue id
sub has_passed {
	my ($self, $id) = @_;
	return scalar grep { /\bid \Q$id\E\b/ } $self->header('Received');
}

1;

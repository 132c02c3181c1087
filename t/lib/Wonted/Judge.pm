package Wonted::Judge;
# Real mail through the whole pipeline: "wonted" with a configuration and a memory of its own, which is told
# the envelope and what another host found out (Authentication-Results of checked.example). It asks no DNS.
# $WONTED_BUILD and $WONTED_RULES name another build and rules than these, to compare with.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Path qw(make_path remove_tree);
use JSON::PP;
use Wonted::Corpus qw(put);

# what a process reads at once: it reads all rules first, and its answer is kept whole
use constant BATCH => 400;

sub new {
	my ($class, $dir) = @_;
	my $build = $ENV{WONTED_BUILD} // 'build/release';
	die "$build/wonted is not built: make MODE=release all, or set WONTED_BUILD\n" unless -x "$build/wonted";
	return bless { dir => $dir, wonted => "$build/wonted", rules => $ENV{WONTED_RULES} // 'rules', store => "$dir/store.mdb" }, $class;
}
sub store { return $_[0]{store} }

# configure - tenants { name => [domains] }, set { option => value as written }
sub configure {
	my ($self, $tenants, $set) = @_;
	my $dir = $self->{dir};
	put("$dir/zone", "nothing.example. A 192.0.2.1\n");
	my %set = (message_deadline => '120s', decode_deadline => '40s', store_deadline => '2s', store => "\"lmdb:$self->{store}\"", dns_zone_file => "\"$dir/zone\"",
		trusted_authserv_ids => '"checked.example"', rules_dir => '"' . abs_path($self->{rules}) . '"', %{ $set // {} });
	put("$dir/wonted.conf", map({ "$_ = $set{$_}\n" } sort keys %set),
		map { "tenant \"$_\" {\n\tdomains = {" . join(', ', map { "\"$_\"" } @{ $tenants->{$_} }) . "}\n}\n" } sort keys %$tenants);
}
sub forget { unlink $_[0]{store}, "$_[0]{store}-lock" }

# run - the lines it prints; dies where its exit status is not 0
sub run {
	my ($self, @args) = @_;
	open(my $in, '-|', $self->{wonted}, '-c', "$self->{dir}/wonted.conf", @args) // die "$self->{wonted}: $!\n";
	my @lines = <$in>;
	close $in;
	die "wonted @args[0..1]: exit status ", $? >> 8, "\n" if $?;
	return @lines;
}

# learn - texts of messages become the past of a mailbox
sub learn {
	my ($self, $mailbox, @texts) = @_;
	return unless @texts;
	my ($n, $past) = (0, "$self->{dir}/past");
	make_path($past);
	put("$past/" . $n++ . '.eml', $_) for @texts;
	$self->run('import', '--messages', $past, '--mailbox', $mailbox);
	remove_tree($past);
}

# judge - messages (raw, rcpt, and what is known of client_ip, rdns, helo, mail_from, time) -> their records, in
# order; a function may be told how many are done
sub judge {
	my ($self, $messages, $progress) = @_;
	my @columns = qw(client_ip rdns helo mail_from rcpt time);
	my (@records, @left);
	@left = @$messages;
	make_path("$self->{dir}/judged");
	while (my @some = splice @left, 0, BATCH) {
		my @lines = "path\t" . join("\t", @columns) . "\n";
		for my $n (0 .. $#some) {
			my %m = (time => 'date', %{ $some[$n] });
			put("$self->{dir}/judged/$n", ref $m{raw} ? $m{raw}->() : $m{raw});
			push @lines, "$n\t" . join("\t", map { ($m{$_} // '') =~ s/[\t\r\n"]//gr } @columns) . "\n";
		}
		put("$self->{dir}/judged/told.tsv", @lines);
		my @of = map { decode_json($_) } $self->run('scan', '--json', '--rules', $self->{rules}, '--envelopes', "$self->{dir}/judged/told.tsv");
		die 'wonted scan: ' . @of . ' records of ' . @some . " messages\n" unless @of == @some;
		push @records, @of;
		$progress->(scalar @records) if $progress;
	}
	return @records;
}

1;

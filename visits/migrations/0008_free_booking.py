import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('visits', '0007_who_undid_an_edit'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='booking',
            field=models.CharField(choices=[('assigned', 'de school stelt een moment voor'), ('free', 'gezinnen kiezen zelf een moment'), ('wishes_first', 'eerst wensen, dan stelt de school een moment voor')], default='assigned', max_length=12, verbose_name='hoe krijgt een gezin een moment?'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='wishes_until',
            field=models.DateField(blank=True, null=True, verbose_name='wensen doorgeven tot en met'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='booking_opened_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='campaign',
            name='booking_closed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='answer',
            field=models.CharField(choices=[('none', 'nog geen antwoord'), ('accepted', 'akkoord'), ('other', 'liever anders'), ('wishes', 'wensen doorgegeven'), ('declined', 'liever niet')], default='none', max_length=8),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('booking', 'wishes_first'), _negated=True), ('booking_opened_at__isnull', True), ('wishes_until__isnull', False), _connector='OR'), name='wishes_have_a_last_day'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('booking_closed_at__isnull', True), ('booking_opened_at__isnull', False), _connector='OR'), name='booking_closes_after_it_opened'),
        ),
        migrations.CreateModel(
            name='MomentHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('held_at', models.DateTimeField()),
                ('held_until', models.DateTimeField()),
                ('mentor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='held_moments', to='mentors.mentor')),
                ('visit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='held_moment', to='visits.visit')),
            ],
            options={
                'ordering': ['starts_at', 'pk'],
                'indexes': [models.Index(fields=['mentor', 'starts_at'], name='visits_mome_mentor__fb8e55_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='held_moment_ends_after_start'), models.CheckConstraint(condition=models.Q(('held_until__gt', models.F('held_at'))), name='hold_ends_after_it_began')],
            },
        ),
    ]

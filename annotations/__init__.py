"""People's votes. Imports core; only `store` opens database sessions.

store      the one door: records in, frozen views out (views)
tables     what the database itself must refuse (columns, kinds); migrate, migrations/ bring old files up to it
trials     who gets which pair (pairing), answers what becomes of it, present what a rater is told
loading    run folders mirrored (mirror); own_photos a visitor's own story
export     votes as files (snapshot); backup puts a copy back; raters who voted, without knowing who
"""

from voiced.core.history import *
class StoredConversations:
    def __init__(self, db): self.db=db
    async def open(self,new):
        def job(c):
            c.execute("insert into conversations(id,title,space,tags,made_at,changed_at,last_at) values(?,?,?,?,1,1,1) on conflict do nothing",(new.id,new.title,new.space,'["seeded"]'))
        await self.db.write(job)
    async def add(self,ms,conv):
        def job(c):
            n,k=c.execute("select number,messages from conversations where id=?",(conv,)).get
            for m in ms:
                if c.execute("select 1 from messages where id=?",(m.id,)).get: continue
                k+=1
                c.execute("insert into messages(place,id,role,content,at,channel,mode,privacy) values(?,?,?,?,?,?,?,?)",((n<<24)+k,m.id,m.role,m.content,m.at,m.channel,m.mode,m.privacy))
        await self.db.write(job)
    async def change(self,name,ch):
        await self.db.write(lambda c:c.execute("update conversations set title=?,status=? where id=?",(ch.title,ch.status,name)))
    async def purge(self,name):
        await self.db.write(lambda c:c.execute("delete from conversations where id=?",(name,)))
